"""The accounts and tokens that the tests sign in with, made once by the command line of the proxy."""

from __future__ import annotations

import base64
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from proxy_process import command, settings

VERBS = ("creation", "view", "modification", "deletion")


def basic(login: str, password: str) -> "tuple[str, str]":
    """The field of Basic credentials."""
    return ("Authorization", "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode())


def bearer(token: str) -> "tuple[str, str]":
    """The field of a bearer token."""
    return ("Authorization", f"Bearer {token}")


@dataclass
class Person:
    """An account with its password in clear."""

    login: str
    password: str
    type: str
    account_id: str
    tokens: "dict[str, str]" = field(default_factory=dict)

    @property
    def basic(self) -> "tuple[str, str]":
        return basic(self.login, self.password)


def create_account(folder: Path, login: str, password: str, kind: str = "user", account_id: str = "") -> Person:
    """Makes an account in a folder's accounts file."""
    chosen = ("--account-id", account_id) if account_id else ()
    made = command(folder, "account", "create", "--login", login, "--type", kind, *chosen, password=password)
    return Person(login, password, kind, made["account_id"])


def create_token(folder: Path, login: str, verbs: "tuple[str, ...]", *options: str) -> "tuple[str, str]":
    """Makes a token; gives its id and the token itself."""
    permissions = json.dumps({"streams": list(verbs)})
    made = command(folder, "token", "create", "--login", login, "--permissions", permissions, *options)
    return made["token_id"], made["token"]


class Accounts:
    """A folder with settings and accounts, to be copied for each proxy.

    `root` is an administrator with a token for everything, on all accounts; `reader` an advanced user; `ann` a user
    with one token for each verb and one for all four; `bob` a user with a colon in the password.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "config.json").write_text(json.dumps(settings("http://127.0.0.1:5160")))
        self.root = create_account(folder, "root@visionlabs.ai", "canary-root-password-61c1", "admin")
        self.root.tokens["all"] = create_token(folder, self.root.login, VERBS, "--visibility-area", "all")[1]
        self.reader = create_account(folder, "reader@visionlabs.ai", "canary-reader-password-7d02", "advanced_user")
        self.ann = create_account(
            folder, "ann@visionlabs.ai", "canary-ann-password-93aa", "user", "6d071cca-fda5-4a03-84d5-5bea65904480"
        )
        for verb in VERBS:
            self.ann.tokens[verb] = create_token(folder, self.ann.login, (verb,))[1]
        self.ann.tokens["all"] = create_token(folder, self.ann.login, VERBS)[1]
        self.bob = create_account(folder, "bob@visionlabs.ai", "canary:bob:password e8ff", "user")

    @property
    def people(self) -> "list[Person]":
        return [self.root, self.reader, self.ann, self.bob]

    @property
    def secrets(self) -> "list[str]":
        """Every password and token, and what carries them on the wire."""
        found = []
        for person in self.people:
            found += [person.password, person.basic[1].split()[1], *person.tokens.values()]
        return found

    def copy(self, folder: Path) -> None:
        """Puts the accounts into another folder."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
