"""A change of one account's tokens: what others have been decided on stays, and what was made or deleted counts at once."""

from __future__ import annotations

import json
from contextlib import ExitStack

import pytest

from access_log import line_of
from accounts import VERBS, basic, bearer, create_account, create_token
from desk import JSON, Desk
from origins import EchoOrigin
from proxy_process import command
from test_upgrade import UPGRADE
from vocabulary import assert_error, route
from watching import SOON, Watching, cutting, viewer
from wire import eventually

#: Seconds that a decision is remembered: longer than the test.
CACHE = {"decision-cache": {"ttl": 60, "negative_ttl": 60}}
WORKERS = 4
ROUNDS = 50


def decided_by(proxy, credentials, status: int) -> str:
    """How the decision was come by, as the log has it."""
    answer = proxy.ask("GET", "/streams/count", credentials=credentials)
    assert answer.status == status, answer
    return line_of(proxy, answer.fields.one("Luna-Request-Id"))["decision"]


def test_what_others_are_known_by_stays(start_proxy, accounts):
    desk = Desk(start_proxy, workers=1, plugin=CACHE)
    proxy = desk.proxy
    people = [(person.basic, 200) for person in (accounts.bob, accounts.reader, accounts.root)]
    people += [(bearer(accounts.root.tokens["all"]), 200), (bearer(accounts.ann.tokens["view"]), 200)]
    people += [(basic(accounts.ann.login, "a guess"), 401), (basic("nobody@visionlabs.ai", "a guess"), 401)]
    for credentials, status in people:
        decided_by(proxy, credentials, status)
        assert decided_by(proxy, credentials, status) == "cache"
    made = desk.create()
    for number in range(5):
        assert desk.ask("PATCH", made["url"], {"description": str(number)}).status == 204
        for credentials, status in people:
            assert decided_by(proxy, credentials, status) == "cache", (number, status)


def test_what_has_changed_is_not_kept(start_proxy, accounts):
    """Also while it is remembered: a new account, a changed password, a longer and a shorter end, a deleted account."""
    proxy = start_proxy(EchoOrigin(), workers=1, plugin=CACHE)
    login, first, second = "late@visionlabs.ai", "canary-first", "canary-second"

    def becomes(credentials, status: int) -> None:
        eventually(lambda: proxy.status_for(credentials) == status, SOON, f"{status}")

    becomes(basic(login, first), 401)
    create_account(proxy.folder, login, first)
    becomes(basic(login, first), 200)
    token_id, token = create_token(proxy.folder, login, VERBS)
    becomes(bearer(token), 200)
    command(proxy.folder, "account", "update", "--login", login, password=second)
    becomes(basic(login, first), 401)
    becomes(basic(login, second), 200)
    becomes(bearer(token), 200)
    for expires, status in (("2001-01-01T00:00:00Z", 401), ("2100-01-01T00:00:00Z", 200), ("never", 200)):
        past = ("--allow-past",) if status == 401 else ()
        command(proxy.folder, "token", "update", "--token-id", token_id, "--expires", expires, *past)
        becomes(bearer(token), status)
    command(proxy.folder, "account", "delete", "--login", login)
    becomes(basic(login, second), 401)
    becomes(bearer(token), 401)


def test_a_token_counts_everywhere_when_its_answer_is_read(start_proxy):
    """On every worker, whatever it remembers: made, changed and deleted."""
    desk = Desk(start_proxy, workers=WORKERS)
    with ExitStack() as stack:
        # Connections from before, on all workers; each asks by the token as soon as its maker knows of it.
        connections = [stack.enter_context(desk.proxy.connect()) for _ in range(4 * WORKERS)]
        maker = stack.enter_context(desk.proxy.connect())

        def make(method: str, path: str, value=None):
            fields = [desk.eve.basic, *([JSON] if value is not None else [])]
            maker.ask(method, path, fields, None if value is None else json.dumps(value).encode())
            return maker.read_answer()

        def all_say(token: str, status: int, code: int = 0) -> None:
            for connection in connections:
                connection.ask("GET", route("/streams/count"), [bearer(token)])
            for connection in connections:
                answer = connection.read_answer()
                assert answer.status == status, answer
                if code:
                    assert_error(answer, status, code)

        for _ in range(ROUNDS):
            answer = make("POST", "/6/tokens", {"permissions": {"streams": ["view"]}})
            assert answer.status == 201, answer
            made = answer.json()
            all_say(made["token"], 200)
            assert make("PATCH", made["url"], {"permissions": {"streams": ["creation"]}}).status == 204
            all_say(made["token"], 403, 11059)
            assert make("DELETE", made["url"]).status == 204
            all_say(made["token"], 401, 41005)


@pytest.mark.parametrize("upgrades", [False, True], ids=["preview", "tunnel"])
def test_the_right_is_looked_at_before_the_first_byte(start_proxy, accounts, upgrades):
    """The token is deleted while Luna-Streams takes its time: not a byte of the preview comes."""
    guarded = cutting(start_proxy, accounts)
    who = viewer(guarded)
    guarded.origin.may_show.clear()
    with guarded.proxy.connect() as connection:
        fields = guarded.fields(UPGRADE if upgrades else (), who.token)
        connection.ask("GET", route(f"/streams/{who.stream}/preview/handler/live"), fields)
        guarded.origin.wait_until(lambda: any("/live" in request.target for request in guarded.origin.clients))
        command(guarded.proxy.folder, "token", "delete", "--token-id", who.token_id)
        eventually(lambda: guarded.proxy.status_for(who.token) == 401, SOON)
        guarded.origin.may_show.set()
        assert_error(connection.read_answer(), 401, 41005)
        # The connection serves on, and others watch.
        connection.ask("GET", route("/streams/count"), guarded.fields())
        assert connection.read_answer().status == 200
    Watching(guarded, guarded.mine, guarded.credentials, upgrades).goes_on()
