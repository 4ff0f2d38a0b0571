"""Tokens that name an issuer and have a wrong signature, in masses: to check one by a large key takes long, and nobody but
whoever sends them waits for it."""

from __future__ import annotations

import contextlib
import itertools
import threading

import pytest

from accounts import bearer
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


@contextlib.contextmanager
def flood(proxy, tokens, count: int = NETWORKS):
    """From each of many networks, one forged token after another until the block ends."""
    over = threading.Event()
    answers: "list[int]" = []

    def run(source: str) -> None:
        while not over.is_set():
            try:
                with proxy.connect(timeout=60, source=source) as connection:
                    while not over.is_set():
                        connection.send(get(tokens()))
                        answers.append(connection.read_answer().status)
            except (AssertionError, OSError):
                continue  # A connection that ended: the attack goes on by another.

    threads = [threading.Thread(target=run, args=(f"127.0.{number}.2",)) for number in range(1, count + 1)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        over.set()
        for thread in threads:
            thread.join(60)


def test_forged_tokens_from_many_networks_keep_no_good_one_out(start_proxy, signer, accounts):
    """Neither one of an issuer that comes for the first time, nor one of ours."""
    proxy = start_proxy(EchoOrigin(), workers=1, TOKEN_ISSUERS=signer.issuers(), **ON)
    good = [signer.good() for _ in range(20)]
    with flood(proxy, signer.forged) as answers:
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
