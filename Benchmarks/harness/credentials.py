"""The account and tokens every peer knows. Made by the proxy's own command line where it is there; else of the same shape."""

import json
import secrets
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

PERMISSIONS = '{"streams":["creation","view","modification","deletion"]}'
LOGIN = "bench@example.org"


@dataclass(frozen=True)
class Credentials:
    """Every run makes new ones in a scratch folder, so none is worth anything afterwards."""

    account: str
    stream: str
    tokens: tuple[str, ...]

    @property
    def authorization(self) -> str:
        """The token of the steady loads; the others are for the cold herd."""
        return f"Bearer {self.tokens[0]}"

    @staticmethod
    def invent(count: int) -> "Credentials":
        # As long as a JWT with an account id and a token id in it.
        tokens = tuple(".".join(secrets.token_urlsafe(size) for size in (27, 120, 32)) for _ in range(count))
        return Credentials(str(uuid.uuid4()), str(uuid.uuid4()), tokens)

    @staticmethod
    def create(binary: Path, config: Path, count: int) -> "Credentials":
        """Through `account create` and `token create` of the proxy's command line."""
        answer = _ask(
            [binary, "account", "create", "--config", config, "--login", LOGIN, "--type", "user", "--password-stdin"],
            secrets.token_urlsafe(18) + "\n")
        create = [binary, "token", "create", "--config", config, "--login", LOGIN, "--permissions", PERMISSIONS]
        tokens = tuple(_ask(create)["token"] for _ in range(count))
        return Credentials(answer["account_id"], str(uuid.uuid4()), tokens)


def _ask(command: list[object], text: str = "") -> dict:
    done = subprocess.run([str(part) for part in command], input=text, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"{command[1]} {command[2]} failed ({done.returncode}): {done.stderr.strip()[:400]}")
    return json.loads(done.stdout)
