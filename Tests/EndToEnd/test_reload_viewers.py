"""Live previews and tunnels run on when the settings are read again, under the new rights and timeouts."""

from __future__ import annotations

import pytest

from accounts import bearer
from bytestream import Incomplete
from origins import AccountsServiceOrigin, LiveOrigin
from test_token_issuers import SECRET, Keys, claims, encoded
from vocabulary import LIVE, route
from watching import REVIEW, SOON, Watching, cutting

PLUGIN = {"live-review": REVIEW}


@pytest.fixture
def guarded(start_proxy, accounts):
    return cutting(start_proxy, accounts)


def reload(guarded, **changes) -> None:
    guarded.proxy.change_settings(**{"isolation": 1, "account_header": 1, "plugin": PLUGIN, **changes})
    guarded.proxy.reload()


@pytest.mark.parametrize("upgrades", [False, True])
def test_whoever_still_may_watches_on(guarded, upgrades):
    watching = Watching(guarded, guarded.mine, True, upgrades)
    for request in (21, 22, 23):
        reload(guarded, timeouts={"request": request})
        watching.goes_on()
    watching.connection.close()


@pytest.mark.parametrize("upgrades", [False, True])
def test_whoever_came_by_the_account_header_is_cut_when_it_is_off(guarded, accounts, upgrades):
    by_header = Watching(guarded, guarded.mine, ("Luna-Account-Id", accounts.ann.account_id), upgrades)
    by_token = Watching(guarded, guarded.mine, True, upgrades)
    reload(guarded, account_header=0)
    by_header.is_cut(SOON)
    by_token.goes_on()
    by_token.connection.close()


def test_accounts_that_are_kept_apart_from_now_on_cut_who_watches_unasked(start_proxy, accounts):
    guarded = cutting(start_proxy, accounts)
    reload(guarded, isolation=0)
    foreign = Watching(guarded, guarded.foreign, True)
    wide = Watching(guarded, guarded.foreign, bearer(accounts.root.tokens["all"]))
    reload(guarded, isolation=1)
    foreign.is_cut(SOON)
    wide.goes_on()
    wide.connection.close()


def test_the_silence_that_is_borne_is_the_new_one(start_proxy):
    proxy = start_proxy(LiveOrigin(interval=None))
    with proxy.connect() as connection:
        connection.ask("GET", route(LIVE), [proxy.credentials])
        head = connection.read_head()
        assert head.status == 200
        pieces = connection.content(head).pieces()
        proxy.origin.send_part(b"one")
        assert next(pieces)
        proxy.change_settings(timeouts={"sock_read": 0.4})
        proxy.reload()
        with pytest.raises((Incomplete, ConnectionError)):
            while True:
                next(pieces)


def test_another_source_of_accounts_cuts_who_was_let_in_by_the_one_before(guarded, accounts):
    service = AccountsServiceOrigin()
    service.start()
    try:
        credentials = guarded.credentials
        service.knows(
            credentials, account_id=accounts.ann.account_id, account_type="user", permissions={"streams": ["view"]}
        )
        by_file = Watching(guarded, guarded.mine, credentials)
        by_service = {
            "ADDITIONAL_SERVICES_USAGE": {"LUNA_ACCOUNTS": 1},
            "LUNA_ACCOUNTS_ADDRESS": {"origin": service.url},
        }
        reload(guarded, **by_service)
        by_file.is_cut(SOON)
        asked = Watching(guarded, guarded.mine, credentials)
        reload(guarded, **by_service, timeouts={"request": 21})
        asked.goes_on(50)
        reload(guarded)
        asked.is_cut(SOON)
    finally:
        service.close()


def test_a_token_of_an_issuer_who_is_gone_watches_no_longer(guarded, accounts, tmp_path):
    def issuer(secret: bytes, name: str = "shared") -> dict:
        return {
            "name": name,
            "issuer": "https://shared.example",
            "algorithm": "HS256",
            "keys": [{"jwk": {"kty": "oct", "k": encoded(secret)}}],
            "claims": {"permissions": "scope"},
        }

    value = claims("shared")
    value["account_id"] = accounts.ann.account_id
    token = bearer(Keys(tmp_path).token("shared", value))
    reload(guarded, TOKEN_ISSUERS=[issuer(SECRET)])
    watching = Watching(guarded, guarded.mine, token)
    reload(guarded, TOKEN_ISSUERS=[issuer(SECRET, "the same under another name")])
    watching.goes_on(40)
    reload(guarded, TOKEN_ISSUERS=[issuer(b"canary-another-secret-of-an-issuer")])
    watching.is_cut(SOON)
