"""A stand-in for Luna-Accounts whose every answer a test decides."""

from __future__ import annotations

import json
import time
from typing import Any

from origins.origin import Origin, OriginConnection, Received


def answer(status: int, value: Any) -> bytes:
    """A whole answer; `value` is bytes, or what becomes JSON."""
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    head = f"HTTP/1.1 {status} Because\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


def refusal(status: int, code: int) -> bytes:
    """LUNA's error answer."""
    return answer(status, {"error_code": code, "desc": "no", "detail": "no", "link": ""})


class AccountsServiceOrigin(Origin):
    """Answers by the credential, `answers[...]`, or else with `otherwise`; with 500 to credentials that have `stumble` in
    them. `/version` is no question about a credential: it is there as long as the service is, and not counted.

    `mode` changes everything: "answer"; "endless" sends content without end; "silent" says nothing; "garbage" sends
    what is no HTTP; "close" hangs up.
    """

    def __init__(
        self, otherwise: bytes = refusal(401, 41005), address: "tuple[str, int]" = ("127.0.0.1", 0)
    ) -> None:
        super().__init__(address)
        self.answers: "dict[str, bytes]" = {}
        self.otherwise = otherwise
        self.mode = "answer"
        self.delay = 0.0
        self.stumble = "no credential has this"
        self.version = answer(200, {"version": "5.0.1"})
        #: Questions under way, and the most there were at once.
        self.present = 0
        self.most = 0
        #: When each question came.
        self.times: "list[float]" = []

    @property
    def questions(self) -> int:
        return len(self.times)

    def forget(self) -> None:
        super().forget()
        self.times.clear()

    def knows(self, field: "tuple[str, str]", **members: Any) -> None:
        """Accepts the credential of that field; `members` are the answer's."""
        self.answers[field[1]] = answer(200, members)

    def serve(self, connection: OriginConnection) -> None:
        while True:
            request = connection.read_request()
            is_question = request.target != "/version"
            if is_question:
                with self.changed:
                    self.times.append(time.monotonic())
            mode = self.mode
            if mode == "silent":
                connection.wait_for_end()
                return
            if mode == "close":
                return
            if mode == "garbage":
                connection.send(b"SSH-2.0-OpenSSH_9.2p1\r\n")
                return
            if mode == "endless":
                connection.send(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"account_id": "')
                while True:
                    connection.send(b"a" * 65536)
            if not is_question:
                connection.send(self.version)
                continue
            self._count(1)
            if self.delay:
                time.sleep(self.delay)  # The service is slow: that is what is tested.
            self._count(-1)
            credential = self._credential(request)
            otherwise = answer(500, b"oops") if self.stumble in credential else self.otherwise
            connection.send(self.answers.get(credential, otherwise))

    def _count(self, change: int) -> None:
        with self.changed:
            self.present += change
            self.most = max(self.most, self.present)

    @staticmethod
    def _credential(request: Received) -> str:
        return request.fields.one("Authorization") or request.fields.one("Luna-Account-Id") or request.content.decode()
