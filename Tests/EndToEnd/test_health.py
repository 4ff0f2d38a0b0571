"""`/healthcheck`, alone and with the services behind the proxy."""

from __future__ import annotations

import threading
import time

import pytest

from origins import AccountsServiceOrigin, BlackholeOrigin, EchoOrigin, LoadOrigin, RefusingOrigin, StallingOrigin
from origins.canned import CannedOrigin
from origins.origin import Origin
from vocabulary import REQUEST_ID, assert_error

WITH_SERVICES = "/healthcheck?include_luna_services=1"


def ask(proxy, target=WITH_SERVICES, method="GET"):
    with proxy.connect() as connection:
        connection.ask(method, target)
        return connection.read_answer()


@pytest.mark.parametrize("target", ["/healthcheck", WITH_SERVICES, "/healthcheck?x=y&include_luna_services=true"])
def test_it_is_well_and_says_how_long_that_took(start_proxy, target):
    proxy = start_proxy(EchoOrigin())
    answer = ask(proxy, target)
    assert answer.status == 200
    assert REQUEST_ID.match(answer.fields.one("Luna-Request-Id"))
    assert list(answer.json()) == ["execution_time"]
    assert 0 < answer.json()["execution_time"] < 2
    head = ask(proxy, target, "HEAD")
    assert (head.status, head.content) == (200, b"")


def test_alone_it_asks_nobody(start_proxy):
    proxy = start_proxy(EchoOrigin())
    for target in ("/healthcheck", "/healthcheck?include_luna_services=0", "/healthcheck?xinclude_luna_services=1"):
        assert ask(proxy, target).status == 200
    assert proxy.origin.requests == []


@pytest.mark.parametrize(
    "origin, code, reason",
    [
        (RefusingOrigin, 16, "refused, or its name does not resolve"),
        (BlackholeOrigin, 8, "no connection in time"),
        (StallingOrigin, 9, "no answer in time"),
        (lambda: CannedOrigin(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"), 4, "status 503"),
        (lambda: CannedOrigin(b"SSH-2.0\r\n\r\n"), 4, "no HTTP answer"),
    ],
)
def test_a_service_that_is_not_well_is_named(start_proxy, origin, code, reason):
    proxy = start_proxy(origin())
    begin = time.monotonic()
    answer = ask(proxy)
    assert time.monotonic() - begin < 4
    assert answer.status == 503, answer
    assert answer.json()["detail"].startswith("Luna-Streams: "), answer.json()
    assert reason in answer.json()["detail"]
    assert_error(answer, 503, code)
    # It is the service that is not well, not the proxy.
    assert ask(proxy, "/healthcheck").status == 200
    head = ask(proxy, method="HEAD")
    assert (head.status, head.content) == (503, b"")


class Slow(Origin):
    """Counts the questions, and answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()

    def serve(self, connection) -> None:
        while connection.read_request():
            self.released.wait(10)
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


def test_one_question_is_asked_however_many_want_to_know(start_proxy):
    proxy = start_proxy(Slow(), workers=1)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(ask(proxy).status)) for _ in range(12)]
    for thread in threads:
        thread.start()
    proxy.origin.wait_until(lambda: proxy.origin.requests)
    proxy.origin.released.set()
    for thread in threads:
        thread.join(10)
    assert answers == [200] * 12
    assert len(proxy.origin.requests) == 1
    assert proxy.origin.requests[0].target == "/version"


def test_both_services_are_asked(start_proxy):
    service = AccountsServiceOrigin()
    service.start()
    try:
        proxy = start_proxy(
            LoadOrigin(),
            ADDITIONAL_SERVICES_USAGE={"LUNA_ACCOUNTS": 1},
            LUNA_ACCOUNTS_ADDRESS={"origin": service.url},
        )
        assert ask(proxy).status == 200
        assert len(service.connections) >= 1
        service.mode = "close"
        deadline = time.monotonic() + 5
        while (answer := ask(proxy)).status == 200:
            assert time.monotonic() < deadline, "what came is believed for too long"
            time.sleep(0.05)
        assert answer.json()["detail"] == "Luna-Accounts: the connection ended before the answer"
        service.mode = "answer"
        while ask(proxy).status == 503:
            assert time.monotonic() < deadline, "what came is believed for too long"
            time.sleep(0.05)
    finally:
        service.close()


def test_who_leaves_while_it_is_asked_takes_nothing_along(start_proxy):
    proxy = start_proxy(Slow(), workers=1)
    with proxy.connect() as connection:
        connection.ask("GET", WITH_SERVICES)
        proxy.origin.wait_until(lambda: proxy.origin.requests)
        connection.reset()
    proxy.origin.released.set()
    assert ask(proxy).status == 200
