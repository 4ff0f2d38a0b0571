"""A proxy whose accounts look after their tokens over HTTP."""

from __future__ import annotations

import json

from accounts import Person, bearer, create_account
from messages import Answer
from origins import EchoOrigin
from wire import eventually

JSON = ("Content-Type", "application/json")
#: The contract says a second; the rest is for a busy machine.
SOON = 4.0


class Desk:
    """A proxy before an echo, and the people who ask it for tokens."""

    def __init__(self, start_proxy, **changes) -> None:
        self.proxy = start_proxy(EchoOrigin(), **{"account_header": 1, **changes})
        self.eve = self.person("eve@visionlabs.ai", "user")
        self.zoe = self.person("zoe@visionlabs.ai", "advanced_user")

    def person(self, login: str, kind: str) -> Person:
        person = create_account(self.proxy.folder, login, f"canary-password-of-{login}", kind)
        eventually(lambda: self.proxy.status_for(person.basic) == 200, SOON, "the account to work")
        return person

    def ask(self, method: str, path: str, value=None, credentials=True, fields=(), content=None) -> Answer:
        """A request with `value` as JSON, or with `content` as it is; by eve unless told otherwise."""
        field = self.eve.basic if credentials is True else credentials
        fields = [*([field] if field else []), *fields]
        if value is not None:
            content = json.dumps(value).encode()
            fields.append(JSON)
        with self.proxy.connect() as connection:
            connection.ask(method, path, fields, content)
            return connection.read_answer()

    def create(self, value=None, credentials=True, **changes) -> "dict[str, str]":
        """A new token; gives the answer's content."""
        answer = self.ask("POST", "/6/tokens", value or {"permissions": {"streams": ["view"]}, **changes}, credentials)
        assert answer.status == 201, answer
        return answer.json()

    def becomes(self, token: str, status: int, method: str = "GET") -> None:
        """Every worker gives the token that status within a second."""
        eventually(lambda: self.proxy.status_for(bearer(token), method) == status, SOON, f"{status} for the token")
