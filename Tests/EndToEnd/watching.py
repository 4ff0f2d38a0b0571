"""Previews and tunnels that run, their viewers, and a proxy that decides on them again twice a second."""

from __future__ import annotations

import time
from dataclasses import dataclass

from accounts import VERBS, Person, bearer, create_account, create_token
from bytestream import Incomplete
from guarded import Guarded
from origins import GuardedStreamsOrigin
from proxy_process import command
from test_upgrade import UPGRADE
from vocabulary import route
from wire import Connection, eventually

#: Seconds between two decisions, as the settings of these tests say.
REVIEW = 0.5
#: A change of the accounts is seen within a second; the rest is for a busy machine.
SOON = 1.5
PASSWORD = "canary-of-a-viewer"


class Watching:
    """A preview or a tunnel that runs. Pictures are read only when `goes_on` or `is_cut` does."""

    def __init__(self, guarded: Guarded, stream: str, credentials, upgrades: bool = False, **options) -> None:
        self.guarded = guarded
        self.upgrades = upgrades
        self.connection: Connection = guarded.proxy.connect(**options)
        fields = guarded.fields(UPGRADE if upgrades else (), credentials)
        self.connection.ask("GET", route(f"/streams/{stream}/preview/handler/live"), fields)
        head, _ = self.connection.read_final_head()
        assert head.status == (101 if upgrades else 200), head
        self.request_id = head.fields.one("Luna-Request-Id")
        self.pieces = None if upgrades else self.connection.content(head).pieces()
        #: The number of the connection at the origin.
        (self.upstream,) = [
            request.connection
            for request in guarded.origin.clients
            if "/live" in request.target and request.fields.one("Luna-Request-Id") == self.request_id
        ]

    def goes_on(self, count: int = 5) -> None:
        """More of it comes."""
        for _ in range(count):
            if self.upgrades:
                self.connection.send(b"ping")
                assert self.connection.stream.read_exactly(4) == b"ping"
            else:
                assert next(self.pieces)

    def is_cut(self, within: float) -> float:
        """It ends within so many seconds, on both sides and not as if it were complete; gives the seconds."""
        begin = time.monotonic()
        while True:
            assert time.monotonic() - begin < within, f"it runs on after {within} s"
            try:
                if self.upgrades:
                    self.connection.send(b"ping")
                    if not self.connection.stream.read_some():
                        break
                else:
                    next(self.pieces)
            except (Incomplete, ConnectionError):
                break  # A StopIteration would be an end like any other: that fails.
        took = time.monotonic() - begin
        self.guarded.origin.wait_for_cut(self.upstream, 2)
        self.connection.close()
        return took


def cutting(start_proxy, accounts, **options) -> Guarded:
    origin = GuardedStreamsOrigin(pictures=None, **options)
    return Guarded(start_proxy, accounts, origin=origin, plugin={"live-review": REVIEW})


@dataclass
class Viewer:
    """Somebody with a token or a password, and a stream to watch."""

    person: Person
    token_id: str
    token: "tuple[str, str]"
    stream: str


def viewer(guarded: Guarded, kind: str = "user", visibility: str = "account", *options: str) -> Viewer:
    """A new account with a token; the stream is its own, or bob's where it has the wider view."""
    person = create_account(guarded.proxy.folder, "viewer@visionlabs.ai", PASSWORD, kind)
    options += ("--visibility-area", visibility)
    token_id, token = create_token(guarded.proxy.folder, person.login, VERBS, *options)
    eventually(lambda: guarded.proxy.status_for(bearer(token)) == 200, SOON, "the token to work")
    stream = guarded.foreign if kind != "user" else guarded.origin.add(person.account_id)
    return Viewer(person, token_id, bearer(token), stream)


def update(guarded: Guarded, *words: str, password: "str | None" = None) -> None:
    command(guarded.proxy.folder, *words, password=password)
