"""A running proxy follows what the command line does to the accounts, within a second (sections 3 and 4)."""

from __future__ import annotations

import json
import os
import stat

import pytest

from accounts import VERBS, basic, bearer, create_account, create_token
from origins import EchoOrigin, LiveOrigin
from proxy_process import command
from vocabulary import LIVE, assert_error, challenges
from wire import eventually

#: The contract says a second; the rest is for a busy machine.
SOON = 1.5


@pytest.fixture
def own(start_proxy):
    """A proxy whose accounts this test may change."""
    return start_proxy(EchoOrigin(), account_header=1)


def test_a_new_token_works(own, accounts):
    _, token = create_token(own.folder, accounts.ann.login, ("view",))
    eventually(lambda: own.status_for(bearer(token)) == 200, SOON, "the new token to work")


def test_a_deleted_token_works_no_more(own, accounts):
    token_id, token = create_token(own.folder, accounts.ann.login, ("view",))
    eventually(lambda: own.status_for(bearer(token)) == 200, SOON, "the new token to work")
    command(own.folder, "token", "delete", "--token-id", token_id)
    eventually(lambda: own.status_for(bearer(token)) == 401, SOON, "the deleted token to be refused")
    answer = own.ask("GET", "/streams", credentials=bearer(token))
    assert_error(answer, 401, 41005)
    assert challenges(answer) == {"bearer"}
    assert own.status_for(bearer(accounts.ann.tokens["view"])) == 200


def test_a_token_gets_other_permissions(own, accounts):
    token_id, token = create_token(own.folder, accounts.ann.login, ("creation",))
    eventually(lambda: own.status_for(bearer(token)) == 403, SOON, "the new token to be known")
    command(own.folder, "token", "update", "--token-id", token_id, "--permissions", json.dumps({"streams": ["view"]}))
    eventually(lambda: own.status_for(bearer(token)) == 200, SOON, "the permissions to change")
    command(
        own.folder, "token", "update", "--token-id", token_id, "--permissions", json.dumps({"streams": ["deletion"]})
    )
    eventually(lambda: own.status_for(bearer(token)) == 403, SOON, "the permissions to change back")


def test_a_new_account_works(own):
    person = create_account(own.folder, "new@visionlabs.ai", "canary-new-password")
    eventually(lambda: own.status_for(person.basic) == 200, SOON, "the new account to work")
    assert own.status_for(("Luna-Account-Id", person.account_id)) == 200


def test_a_changed_password(own):
    person = create_account(own.folder, "eve@visionlabs.ai", "canary-old-password")
    eventually(lambda: own.status_for(person.basic) == 200, SOON, "the new account to work")
    command(own.folder, "account", "update", "--login", person.login, password="canary-other-password")
    eventually(lambda: own.status_for(person.basic) == 401, SOON, "the old password to be refused")
    assert own.status_for(basic(person.login, "canary-other-password")) == 200


def test_a_deleted_account_and_its_tokens(own):
    person = create_account(own.folder, "gone@visionlabs.ai", "canary-gone-password")
    _, token = create_token(own.folder, person.login, VERBS)
    eventually(lambda: own.status_for(bearer(token)) == 200, SOON, "the new account to work")
    assert own.status_for(person.basic) == 200
    command(own.folder, "account", "delete", "--login", person.login)
    eventually(lambda: own.status_for(person.basic) == 401, SOON, "the deleted account to be refused")
    assert_error(own.ask("GET", "/streams", credentials=person.basic), 401, 41006)
    assert own.status_for(bearer(token)) == 401
    assert_error(own.ask("GET", "/streams", credentials=("Luna-Account-Id", person.account_id)), 401, 11065)


def test_a_refusal_is_not_remembered_for_long(own):
    """A password tried before its account existed works soon after."""
    field = basic("early@visionlabs.ai", "canary-early-password")
    assert own.status_for(field) == 401
    create_account(own.folder, "early@visionlabs.ai", "canary-early-password")
    eventually(lambda: own.status_for(field) == 200, 3, "the account to work")


def test_connections_stay_through_a_change(start_proxy, accounts):
    """Live previews of others run on while accounts change."""
    proxy = start_proxy(LiveOrigin(interval=0.05, size=1000))
    with proxy.connect() as connection:
        connection.ask("GET", "/6/plugins/luna-streams" + LIVE, [proxy.credentials])
        pieces = connection.content(connection.read_head()).pieces()
        assert next(pieces)
        _, token = create_token(proxy.folder, accounts.ann.login, ("view",))
        eventually(lambda: proxy.status_for(bearer(token), "HEAD") not in (401, None), SOON, "the new token")
        for _ in range(10):
            assert next(pieces)


@pytest.mark.parametrize("damage", ["", "{", "[]", "\x00\x01", '{"accounts": 5}'])
def test_a_damaged_file_locks_nobody_out_and_lets_nobody_in(own, accounts, damage):
    """The accounts that were good stay; the file's repair is followed."""
    file = own.folder / "accounts.json"
    good = file.read_text()
    file.write_text(damage)
    token_field = bearer(accounts.ann.tokens["view"])
    for _ in range(3):
        assert own.status_for(token_field) in (200, 503)
        assert own.status_for(basic(accounts.ann.login, "wrong")) in (401, 503)
        assert own.status_for(None) == 401
    file.write_text(good)
    eventually(lambda: own.status_for(token_field) == 200, SOON, "the repaired file")


def test_the_file_is_for_its_owner_alone(own, accounts):
    create_token(own.folder, accounts.ann.login, ("view",))
    mode = stat.S_IMODE(os.stat(own.folder / "accounts.json").st_mode)
    assert mode == 0o600


def test_passwords_and_tokens_do_not_stand_in_the_file_in_clear(own, accounts):
    text = (own.folder / "accounts.json").read_text()
    for person in accounts.people:
        assert person.password not in text
