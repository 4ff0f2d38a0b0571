"""`/6/tokens` under a flood and behind a stuck lock: reading waits for nobody, a revocation for the one change under way."""

from __future__ import annotations

import contextlib
import fcntl
import json
import select
import time
from pathlib import Path

import pytest

from accounts import create_token
from desk import JSON, Desk
from vocabulary import assert_error

#: More than are let wait, 64 of a kind.
FLOOD = 72
#: Seconds for which a change waits for the lock.
PATIENCE = 5.0
CONTENT = json.dumps({"description": "a flood"}).encode()


@pytest.fixture
def desk(start_proxy) -> Desk:
    return Desk(start_proxy)


@contextlib.contextmanager
def held(desk: Desk):
    """Somebody else has the lock of the accounts file: a stopped command."""
    with Path(desk.proxy.folder, "accounts.json.lock").open("rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def read_all(desk: Desk, *people) -> None:
    for person in people:
        for path in ("/6/tokens", "/6/account"):
            assert desk.ask("GET", path, credentials=person.basic).status == 200


def test_a_flood_keeps_nobody_from_revoking(desk):
    made = desk.create()
    theirs = [desk.create(credentials=desk.zoe.basic) for _ in range(3)]
    with contextlib.ExitStack() as stack:
        flood = [stack.enter_context(desk.proxy.connect(timeout=30)) for _ in range(FLOOD)]
        victims = [stack.enter_context(desk.proxy.connect(timeout=30)) for _ in theirs]
        with held(desk):
            begin = time.monotonic()
            for connection in flood:
                connection.ask("PATCH", made["url"], [desk.eve.basic, JSON], CONTENT)
            # Those that find no place are told so at once: whichever it is, for they come to several workers.
            told, _, _ = select.select([connection.sock for connection in flood], [], [], PATIENCE - 2)
            refused = next(connection for connection in flood if connection.sock in told)
            assert_error(refused.read_answer(), 503, 1)
            flood.remove(refused)
            for connection, token in zip(victims, theirs):
                connection.ask("DELETE", token["url"], [desk.zoe.basic])
            read_all(desk, desk.eve, desk.zoe)
            waited = time.monotonic() - begin
        for connection in victims:
            assert connection.read_answer().status == 204
        statuses = [connection.read_answer().status for connection in flood]
    assert set(statuses) <= {204, 503}
    # A machine that was too busy to send all of them in time has let the first wait in vain.
    assert statuses.count(204) > FLOOD / 2 or waited > PATIENCE - 1
    assert desk.ask("GET", "/6/tokens", credentials=desk.zoe.basic).json()["tokens_count"] == 0


def test_a_lock_that_nobody_gives_back(desk):
    """A change waits for it some seconds; reading does not wait at all."""
    made = desk.create()
    with held(desk):
        with contextlib.ExitStack() as stack:
            changes = [stack.enter_context(desk.proxy.connect(timeout=30)) for _ in range(3)]
            for connection, method in zip(changes, ("PATCH", "PATCH", "DELETE")):
                fields = [desk.eve.basic, JSON] if method == "PATCH" else [desk.eve.basic]
                connection.ask(method, made["url"], fields, CONTENT if method == "PATCH" else None)
            read_all(desk, desk.eve, desk.zoe)
            for connection in changes:
                answer = connection.read_answer()
                assert_error(answer, 503, 1)
                assert answer.fields.one("Retry-After")
        read_all(desk, desk.eve)
    assert desk.ask("DELETE", made["url"]).status == 204
    create_token(desk.proxy.folder, desk.eve.login, ("view",))
