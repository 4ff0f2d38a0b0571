"""Distinctive secrets in every place where one can stand, every error path driven: none of them is ever printed.

`test_secrets.py` has the same for plain forwarding; this is with accounts kept apart, tokens over HTTP, previews that
are cut, files that are broken, and a Luna-Streams whose own answers hold secrets.
"""

from __future__ import annotations

import json
import threading
import uuid

import pytest

from access_log import line_of
from accounts import basic, bearer, create_account, create_token
from canaries import BROKEN, CAMERA, CONTENTS, CREDENTIALS, FIELDS, assert_no_canary, say
from guarded import ITEM_ROUTES, JSON, MARKED, Guarded
from origins import CannedOrigin, GuardedStreamsOrigin
from origins.guarded_streams import answer_bytes
from proxy_process import command, run_command, settings
from test_upgrade import UPGRADE
from vocabulary import STREAM, route
from watching import REVIEW, SOON, Watching
from wire import chunked, eventually, request_bytes


def test_requests_of_every_kind(start_proxy, accounts):
    guarded = Guarded(start_proxy, accounts, timeouts={"request": 5})
    errors = b""
    for field in CREDENTIALS:
        for method, path in (("GET", "/streams"), ("DELETE", f"/streams/{guarded.foreign}"), ("GET", "/canary")):
            data = request_bytes(method, route(f"{path}?token=canary"), [MARKED, field, ("Connection", "close")])
            errors += say(guarded.proxy, data)
    for field in FIELDS:
        for path in (
            "/streams?canary=canary",
            f"/streams/{guarded.mine}?x=canary",
            "/streams?account_id=canary",
            "/streams?a;canary",
        ):
            say(guarded.proxy, request_bytes("GET", route(path), [*guarded.fields([field])]))
    for content in CONTENTS:
        for method, path in (("POST", "/streams"), ("PUT", f"/streams/{guarded.mine}")):
            errors += say(guarded.proxy, request_bytes(method, route(path), guarded.fields([JSON]), content))
            head = request_bytes(method, route(path), guarded.fields([JSON, ("Transfer-Encoding", "chunked")]))
            say(guarded.proxy, head + chunked(content, trailers=b"X-Trailer: canary\r\n"))
            say(guarded.proxy, (head + chunked(content))[:-9])
    for data in BROKEN:
        errors += say(guarded.proxy, data)
        say(guarded.proxy, data.replace(b" / ", b" %b " % route("/streams?x=canary").encode()))
    # No error of ours repeats what the client said either.
    assert b"error_code" in errors and b"canary" not in errors.lower()
    guarded.proxy.stop()
    assert_no_canary(guarded.proxy.text, accounts)


@pytest.mark.parametrize("then", ["close", "reset", "stall"])
def test_answers_of_luna_streams(start_proxy, accounts, then):
    """What Luna-Streams says, well or badly, passes or is dropped; it is never printed."""
    head = b"HTTP/1.1 200 OK\r\nSet-Cookie: canary=canary\r\n"
    for answer in (
        answer_bytes(500, {"error_code": 39000, "detail": f"no connection to {CAMERA}"}, b"X-Canary: canary\r\n"),
        b"HTTP/1.1 500 canary\r\nContent-Length: 9\r\n\r\ncanary",
        head + b"Content-Length: 99\r\n\r\ncanary",
        head + b"Transfer-Encoding: chunked\r\n\r\ncanary",
        head + b"Transfer-Encoding: chunked\r\n\r\n6\r\ncanary\r\n1;canary=\x00\r\nx",
        head + b"Transfer-Encoding: chunked\r\n\r\n0\r\nCanary : canary\r\n\r\n",
        head + b"Content-Length: canary\r\n\r\n",
        head + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\ncanary",
        head + b"Canary canary\r\n\r\n",
        head + b"X: " + b"canary" * 9000 + b"\r\n\r\n",
        b"HTTP/1.1 101 canary\r\nUpgrade: canary\r\nConnection: canary\r\n\r\ncanary",
        b"HTTP/1.1 103 canary\r\nLink: <canary>\r\n\r\n",
        b"HTTP/1.1 canary canary\r\n\r\n",
        b"canary canary canary\r\n\r\n",
        b"",
    ):
        timeouts = {"request": 0.2, "sock_read": 0.15}
        proxy = start_proxy(CannedOrigin(answer, then), workers=1, isolation=1, timeouts=timeouts)
        for method, path in (
            ("GET", "/streams?canary"),
            ("GET", f"/streams/{STREAM}"),
            ("DELETE", f"/streams/{STREAM}"),
            ("GET", f"/streams/{STREAM}/preview/handler/live"),
            ("POST", "/streams"),
        ):
            content = CONTENTS[0] if method == "POST" else None
            for field in (bearer(accounts.ann.tokens["all"]), accounts.root.basic):
                say(proxy, request_bytes(method, route(path), [field, JSON, *FIELDS[:3]], content))
        say(
            proxy,
            request_bytes("GET", route(f"/streams/{STREAM}/preview/handler/live"), [accounts.root.basic, *UPGRADE]),
        )
        proxy.assert_survives()
        proxy.stop()
        assert_no_canary(proxy.text, accounts)


def test_ownership_answers(start_proxy, accounts):
    guarded = Guarded(start_proxy, accounts, workers=1)
    for fault in (
        answer_bytes(500, {"detail": "canary"}, b"X: canary\r\n"),
        answer_bytes(200, {"account_id": "canary", "data": {"reference": CAMERA}}),
        b"HTTP/1.1 302 canary\r\nLocation: http://canary:canary@127.0.0.1:9/canary\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 401 canary\r\nWWW-Authenticate: Basic realm=canary\r\nContent-Length: 0\r\n\r\n",
        b"canary\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\ncanary",
        b"HTTP/1.1 200 OK\r\nContent-Length: canary\r\n\r\ncanary",
    ):
        guarded.origin.fail_questions(fault)
        for method, tail in ITEM_ROUTES:
            content = CONTENTS[0] if method == "PUT" else None
            answer = guarded.ask(method, f"/streams/{guarded.absent}{tail}?canary=1", [JSON], content)
            assert answer.status == 502 and b"canary" not in answer.content
    guarded.proxy.stop()
    assert_no_canary(guarded.proxy.text, accounts)


def test_previews_that_are_cut(start_proxy, accounts):
    """The one thing that is printed of them is the reason."""
    origin = GuardedStreamsOrigin(pictures=None)
    guarded = Guarded(start_proxy, accounts, origin=origin, plugin={"live-review": REVIEW})
    folder = guarded.proxy.folder
    person = create_account(folder, "canary@visionlabs.ai", "canary-password")
    token_id, token = create_token(folder, person.login, ("view",), "--description", "canary-description")
    eventually(lambda: guarded.proxy.status_for(bearer(token)) == 200, SOON)
    stream = guarded.origin.add(person.account_id)
    watching = [
        Watching(guarded, f"{stream}", field, up) for field in (bearer(token), person.basic) for up in (False, True)
    ]
    command(folder, "account", "delete", "--login", person.login)
    for one in watching:
        one.is_cut(REVIEW + SOON)
    for one in watching:
        assert line_of(guarded.proxy, one.request_id, "end")["end"] == "revoked"
    guarded.proxy.stop()
    assert_no_canary(guarded.proxy.text, accounts)
    for secret in (token, token.split(".")[2], person.basic[1].split()[1]):
        assert secret not in guarded.proxy.text


def test_tokens_over_http(start_proxy, accounts):
    guarded = Guarded(start_proxy, accounts)
    made = []
    for value in (
        {"permissions": {"streams": ["view"], "canary": "canary"}, "description": "canary"},
        {"permissions": {"streams": ["canary"]}},
        {"permissions": {}, "visibility_area": "canary"},
        {"permissions": {}, "expiration_time": "canary"},
        {"permissions": {}, "canary": "canary"},
        {"permissions": "canary"},
        "canary",
    ):
        for method, path in (("POST", "/6/tokens?canary=canary"), ("PUT", f"/6/tokens/{uuid.uuid4()}?token=canary")):
            for field in (guarded.ann.basic, *CREDENTIALS[:7], guarded.credentials):
                with guarded.proxy.connect() as connection:
                    connection.ask(method, path, [field, JSON, *FIELDS[:2]], json.dumps(value).encode())
                    answer = connection.read_answer()
                made += [answer.json()["token"]] if answer.status == 201 else []
    assert len(made) == 1
    for content in CONTENTS:
        say(guarded.proxy, request_bytes("POST", "/6/tokens", [guarded.ann.basic, JSON], content))
    guarded.proxy.stop()
    assert_no_canary(guarded.proxy.text, accounts)
    assert made[0] not in guarded.proxy.text and made[0].split(".")[2] not in guarded.proxy.text


def test_clients_that_vanish_in_the_middle(start_proxy, accounts):
    guarded = Guarded(start_proxy, accounts, workers=1)
    heads = [
        request_bytes("POST", route("/streams?canary"), guarded.fields([JSON, ("Content-Length", "99")])) + b'{"canary',
        request_bytes("GET", route(f"/streams/{guarded.mine}?canary"), guarded.fields()),
        request_bytes("POST", "/6/tokens?canary", [guarded.ann.basic, JSON, ("Content-Length", "99")]) + b'{"canary',
        request_bytes("GET", route("/streams"), [basic("canary@visionlabs.ai", "canary-word")]),
    ]
    heads.append(heads[0][:-30])
    before = guarded.proxy.descriptors()
    for head in heads:
        connection = guarded.proxy.connect()
        connection.send(head)
        connection.reset()
    eventually(lambda: guarded.proxy.descriptors() <= before + 8)
    guarded.proxy.stop()
    assert_no_canary(guarded.proxy.text, accounts)


def damaged(good: "dict[str, object]") -> "list[str]":
    """Accounts files, each with one value that is not what it must be."""
    texts = [
        json.dumps(good)[:-40] + "canary",
        '{"version": "canary',
        '{"password": "canary"}',
        '["canary"]',
        '"canary"',
    ]
    for place in ("top", "accounts", "tokens"):
        for name in good if place == "top" else good[place][0]:
            for wrong in ("canary", ["canary"], {"x": "canary"}):
                value = json.loads(json.dumps(good))
                (value if place == "top" else value[place][0])[name] = wrong
                texts.append(json.dumps(value))
    return texts


def test_broken_accounts_files(start_proxy, accounts):
    """What can't be read is told by its place, never by its value: by the commands, at the start, and while it runs."""
    guarded = Guarded(start_proxy, accounts)
    file = guarded.proxy.folder / "accounts.json"
    good = json.loads(file.read_text())
    hashed, key = good["accounts"][0]["password"]["scrypt"]["hash"], good["signing_key"]
    refused = 0
    for text in damaged(good):
        file.write_text(text)
        done = run_command("token", "list", "--config", guarded.proxy.folder / "config.json")
        if done.returncode == 0:
            continue  # A description, or a login: any text will do.
        refused += 1
        if refused % 10 == 1:
            start = run_command("run", "--port", "0", "--config", guarded.proxy.folder / "config.json")
            assert start.returncode == 78
            done.stderr += start.stdout + start.stderr
        for secret in ("canary", hashed, key):
            assert secret not in done.stdout + done.stderr, text[:300]
    assert refused > 40
    file.write_text(json.dumps(good))
    eventually(lambda: guarded.proxy.status_for(guarded.ann.basic) == 200, 3)
    guarded.proxy.stop()
    assert hashed not in guarded.proxy.text and key not in guarded.proxy.text
    assert_no_canary(guarded.proxy.text, accounts)


@pytest.mark.parametrize(
    "origin", ["http://canary:canary@127.0.0.1:1", "http://127.0.0.1:1/?token=canary", "http://canary@h#canary"]
)
def test_an_origin_with_a_secret_in_it(tmp_path, origin):
    (tmp_path / "config.json").write_text(json.dumps(settings(origin)))
    for words in (("check",), ("run", "--port", "0")):
        done = run_command(*words, "--config", tmp_path / "config.json")
        assert done.returncode == 78, done
        assert "canary" not in done.stdout + done.stderr


def test_under_load_from_many_at_once(start_proxy, accounts):
    """Overload has words of its own: too many passwords at once, too many changes of tokens."""
    guarded = Guarded(start_proxy, accounts, workers=1)
    statuses = set()

    def knock(number: int) -> None:
        field = basic(f"canary{number}@visionlabs.ai", "canary-word")
        statuses.add(guarded.proxy.ask("GET", "/streams", credentials=field).status)

    threads = [threading.Thread(target=knock, args=(number,)) for number in range(150)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert statuses <= {401, 503} and 401 in statuses
    guarded.proxy.stop()
    assert_no_canary(guarded.proxy.text, accounts)
