"""Content that is looked at: whoever sends it must still be allowed to when it is whole, and it names no other account."""

from __future__ import annotations

import json

import pytest

from accounts import VERBS, bearer, create_token
from origins import EchoOrigin
from proxy_process import command
from vocabulary import assert_error, route
from wire import eventually, request_bytes

JSON = ("Content-Type", "application/json")
OTHER = "11111111-2222-4333-8444-555555555555"


def test_a_token_deleted_while_its_content_comes(start_proxy, accounts):
    proxy = start_proxy(EchoOrigin(), isolation=1)
    token_id, token = create_token(proxy.folder, accounts.ann.login, VERBS)
    eventually(lambda: proxy.ask("GET", "/streams", credentials=bearer(token)).status == 200, 5, "the new token")
    before = len(proxy.origin.requests)
    with proxy.connect() as connection:
        fields = [bearer(token), JSON, ("Content-Length", "2")]
        connection.send(request_bytes("POST", route("/streams"), fields) + b"{")
        command(proxy.folder, "token", "delete", "--token-id", token_id)
        eventually(lambda: proxy.ask("GET", "/streams", credentials=bearer(token)).status == 401, 5, "its end")
        connection.send(b"}")
        assert_error(connection.read_answer("POST"), 401, 41005)
    assert [one.method for one in proxy.origin.requests[before:]].count("POST") == 0


@pytest.mark.parametrize("path", ["/streams", "/streams/logs"])
def test_a_deletion_of_many_takes_no_content(start_proxy, accounts, path):
    proxy = start_proxy(EchoOrigin(), isolation=1)
    ann = bearer(accounts.ann.tokens["all"])

    def delete(content: bytes, *fields):
        return proxy.ask("DELETE", path, list(fields), content, credentials=ann)

    # It could stand in place of the query's filters.
    for content in (json.dumps({"account_id": OTHER}).encode(), b'{"account_id": 1}', b'{"stream_ids": []}'):
        assert_error(delete(content, JSON), 400, 12046)
    assert_error(delete(b"account_id=" + OTHER.encode()), 400, 12046)
    assert proxy.origin.requests == []
    assert delete(b"").status == 200


def test_content_that_drips_is_not_waited_for_longer_than_a_request(start_proxy, accounts):
    proxy = start_proxy(EchoOrigin(), isolation=1, timeouts={"request": 0.5})
    with proxy.connect() as connection:
        fields = [bearer(accounts.ann.tokens["all"]), JSON, ("Content-Length", "1000")]
        connection.send(request_bytes("POST", route("/streams"), fields))
        ended = False
        for _ in range(40):
            try:
                connection.send(b" ")
                connection.stream.sock.settimeout(0.1)
                # An answer that comes before the end is passed over.
                ended = connection.stream.sock.recv(65536) == b""
            except TimeoutError:
                continue
            except ConnectionError:
                ended = True
            if ended:
                break
        assert ended, "a byte now and then keeps it waiting"
    assert proxy.origin.requests == []
