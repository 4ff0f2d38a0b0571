"""What the tokens of one account take of memory: all of it is bounded, and a change leaves nothing behind."""

from __future__ import annotations

import json
import uuid

import pytest

from accounts import VERBS, bearer
from desk import JSON, Desk
from guarded import Guarded
from origins import GuardedStreamsOrigin
from proxy_process import run_command
from vocabulary import assert_error
from watching import Watching
from wire import eventually

#: The quota of an account, and what takes most memory in as few bytes: a JSON value for two of them.
TOKENS = 1000
MIB = 1 << 20


def worst(number: int = 0, size: int = 8192) -> "dict[str, object]":
    """`permissions` of that size, another for each number."""
    value: "dict[str, object]" = {"streams": ["view"], "n": f"{number:04}"}
    rest = size - len(json.dumps({**value, "x": [0]}, separators=(",", ":")))
    return {**value, "x": [0] * (1 + rest // 2)}


def add_tokens(folder, account_id: str, count: int, different: bool) -> None:
    """Puts tokens into the accounts file of a proxy that has not started."""
    path = folder / "accounts.json"
    document = json.loads(path.read_text())
    template = document["tokens"][0]
    for number in range(count):
        document["tokens"].append(
            {**template, "token_id": str(uuid.uuid4()), "account_id": account_id, "visibility_area": "account",
             "permissions": worst(number if different else 0)}
        )  # fmt: skip
    path.write_text(json.dumps(document))


@pytest.fixture
def desk(start_proxy):
    """Starts a proxy whose account ann has so many tokens."""

    def start(accounts, count: int, different: bool = False) -> Desk:
        def prepare(folder) -> None:
            add_tokens(folder, accounts.ann.account_id, count, different)

        desk = Desk.__new__(Desk)
        desk.proxy = start_proxy(GuardedStreamsOrigin(pictures=None), account_header=1, isolation=1, prepare=prepare)
        desk.eve = accounts.ann
        return desk

    return start


def test_a_thousand_heavy_tokens(desk, accounts):
    few, many = desk(accounts, 0), desk(accounts, TOKENS)
    grown = many.proxy.growth(few.proxy.resident())
    assert grown < 12 * MIB, grown
    tokens = many.ask("GET", "/6/tokens?page_size=1").json()
    assert tokens["tokens_count"] >= TOKENS
    url = f"/6/tokens/{tokens['tokens'][0]['token_id']}"
    for number in range(3):
        assert many.ask("PATCH", url, {"description": str(number)}).status == 204
    before = many.proxy.resident()
    for number in range(12):
        assert many.ask("PATCH", url, {"description": f"again {number}"}).status == 204
    grown = many.proxy.growth(before)
    assert grown < 12 * MIB, grown


def test_a_viewer_keeps_no_accounts(start_proxy, accounts):
    """Viewers of as many states of the accounts: each costs what it watches with."""
    origin = GuardedStreamsOrigin(pictures=None, interval=0.5)
    guarded = Guarded(
        start_proxy, accounts, origin=origin, workers=1,
        prepare=lambda folder: add_tokens(folder, accounts.bob.account_id, 100, True),
    )  # fmt: skip
    made = guarded.proxy.connect()

    def change(number: int) -> None:
        made.ask("PATCH", made_url, [guarded.bob.basic, JSON], json.dumps({"description": str(number)}).encode())
        assert made.read_answer().status == 204

    made.ask("POST", "/6/tokens", [guarded.bob.basic, JSON], b'{"permissions": {}}')
    made_url = made.read_answer().json()["url"]
    for number in range(5):
        change(number)
    before = guarded.proxy.resident()
    viewers = []
    for number in range(20):
        viewers.append(Watching(guarded, guarded.mine, guarded.ann.basic))
        change(number)
    grown = guarded.proxy.growth(before)
    assert grown < 12 * MIB, grown
    for one in viewers:
        one.connection.close()
    made.close()


def test_all_permissions_of_an_account_are_bounded(desk, accounts):
    """Different ones together, a mebibyte; equal ones count once. What is there from before stays, and only shrinks."""
    full = desk(accounts, 127, different=True)
    answer = full.ask("POST", "/6/tokens", {"permissions": worst(500)})
    assert_error(answer, 403, 12033)
    assert "1048576 bytes" in answer.json()["detail"]
    made = full.create({"permissions": worst(7)})
    assert_error(full.ask("PATCH", made["url"], {"permissions": worst(501)}), 403, 12033)
    assert full.ask("PATCH", made["url"], {"permissions": {}}).status == 204
    refused = run_command(
        "token", "create", "--login", full.eve.login, "--permissions", json.dumps(worst(502), separators=(",", ":")),
        "--config", full.proxy.folder / "config.json",
    )  # fmt: skip
    assert refused.returncode == 65 and "1048576 bytes" in refused.stderr
    # Other accounts are not touched by it.
    assert full.ask("POST", "/6/tokens", {"permissions": worst(503)}, credentials=accounts.bob.basic).status == 201

    older = desk(accounts, 200, different=True)
    told = f"the permissions of account {accounts.ann.account_id}'s tokens take"
    eventually(lambda: told in older.proxy.text, what=told)
    assert older.proxy.ask("GET", "/streams", credentials=bearer(accounts.ann.tokens["view"])).status == 200
    assert_error(older.ask("POST", "/6/tokens", {"permissions": worst(504)}), 403, 12033)
    page = older.ask("GET", "/6/tokens?page_size=100&page=2").json()["tokens"]
    url = f"/6/tokens/{page[0]['token_id']}"
    assert older.ask("PATCH", url, {"description": "kept"}).status == 204
    assert older.ask("PATCH", url, {"permissions": {"streams": list(VERBS)}}).status == 204
    assert older.ask("DELETE", url).status == 204
