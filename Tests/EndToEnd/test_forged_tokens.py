"""Tokens that name an issuer and have a wrong signature, in masses: to check one by a large key takes long, and nobody but
whoever sends them waits for it."""

from __future__ import annotations

import itertools
import threading

import pytest

from accounts import bearer
from many_networks import asking
from metrics import Metrics
from origins import AccountsServiceOrigin, EchoOrigin
from test_luna_accounts import EVERYTHING
from test_token_issuers import claims, encoded, openssl
from vocabulary import assert_error, route
from wire import eventually, request_bytes

ON = {"LUNA_SERVICE_METRICS": {"ENABLED": 1}}
#: Up to 8192 are allowed; what is counted here is the same, and these are sooner made.
BITS = 3072
#: A token that says neither who signed it nor by which key is tried with all of their keys.
ISSUERS = 4
FORGED = 100
NETWORKS = 60


class Signer:
    """The key that all issuers have."""

    def __init__(self, folder) -> None:
        self.folder = folder
        options = ("-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{BITS}")
        openssl("genpkey", *options, "-out", folder / "good.key")
        openssl("pkey", "-in", folder / "good.key", "-pubout", "-out", folder / "good.pem")
        self.numbers = itertools.count()

    def issuers(self) -> "list[dict]":
        common = {"algorithm": "RS256", "keys": [{"file": str(self.folder / "good.pem")}]}
        names = {"claims": {"account_id": "https://luna/account", "permissions": "scope"}}
        return [{"name": f"issuer {number}", **common, **names} for number in range(ISSUERS)]

    def good(self) -> str:
        return self._token(lambda text: openssl("dgst", "-sha256", "-sign", self.folder / "good.key", data=text))

    def forged(self) -> str:
        """A signature of the right length, which no key has made, over other bytes each time."""
        return self._token(lambda text: bytes([1]) + b"s" * (BITS // 8 - 1))

    def _token(self, sign) -> str:
        text = f"{encoded({'alg': 'RS256'})}.{encoded(claims('rsa', n=next(self.numbers)))}"
        return f"{text}.{encoded(sign(text.encode()))}"


@pytest.fixture(scope="module")
def signer(tmp_path_factory) -> Signer:
    return Signer(tmp_path_factory.mktemp("signer"))


def turns(proxy) -> float:
    return Metrics(proxy).total("streams_proxy_loop_turn_seconds_count")


def get(token: str) -> bytes:
    return request_bytes("GET", route("/streams/count"), [bearer(token)])


def test_one_forged_token_after_another_is_checked_between_the_requests_of_others(start_proxy, signer):
    """All of them have come at once, and yet each is a turn of the loop, or more."""
    proxy = start_proxy(EchoOrigin(), workers=1, TOKEN_ISSUERS=signer.issuers(), **ON)
    requests = b"".join(get(signer.forged()) for _ in range(FORGED))
    before = turns(proxy)
    with proxy.connect(timeout=60) as connection:
        sender = threading.Thread(target=connection.send, args=(requests,))
        sender.start()
        for _ in range(FORGED):
            assert_error(connection.read_answer(), 401, 11062)
        sender.join()
        connection.send(get(signer.good()))
        assert connection.read_answer().status == 200
    assert turns(proxy) - before >= FORGED


def test_forged_tokens_from_many_networks_keep_no_good_one_out(start_proxy, signer, accounts):
    """Neither one of an issuer that comes for the first time, nor one of ours."""
    proxy = start_proxy(EchoOrigin(), workers=1, TOKEN_ISSUERS=signer.issuers(), **ON)
    good = [signer.good() for _ in range(20)]
    with asking(proxy, NETWORKS, lambda: bearer(signer.forged())) as answers:
        eventually(lambda: len(answers) > NETWORKS, 60, "the attack to run")
        statuses = []
        for number, token in enumerate(good):
            with proxy.connect(timeout=60, source=f"127.0.{200 + number}.1") as connection:
                for credentials in (token, accounts.ann.tokens["view"]):
                    connection.send(get(credentials))
                    statuses.append(connection.read_answer().status)
    assert statuses == [200] * len(statuses)
    assert set(answers) <= {401, 503}


def test_what_no_issuer_has_signed_luna_accounts_may_know(start_proxy, signer):
    service = AccountsServiceOrigin()
    service.start()
    try:
        proxy = start_proxy(
            EchoOrigin(), workers=1, TOKEN_ISSUERS=signer.issuers(), ADDITIONAL_SERVICES_USAGE={"LUNA_ACCOUNTS": 1},
            LUNA_ACCOUNTS_ADDRESS={"origin": service.url},
        )
        known, unknown = signer.forged(), signer.forged()
        service.knows(bearer(known), **EVERYTHING)
        with proxy.connect(timeout=60) as connection:
            for token, status in ((known, 200), (unknown, 401), (signer.good(), 200), (known, 200), (unknown, 401)):
                connection.send(get(token))
                assert connection.read_answer().status == status
    finally:
        service.close()
