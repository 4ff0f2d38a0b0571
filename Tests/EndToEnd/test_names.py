"""Services by name: one that moves is found at once where nobody answers any more, and in seconds in any case."""

from __future__ import annotations

import pytest

from accounts import VERBS, bearer
from moving_name import NAME, NEW, OLD, MovingName
from origins import AccountsServiceOrigin, BlackholeOrigin, EchoOrigin
from origins.tls import over_tls
from test_service_tls import server_context, trusting
from vocabulary import STREAM, assert_error
from wire import eventually


@pytest.fixture
def name(tmp_path):
    return MovingName(tmp_path)


@pytest.fixture
def homes():
    """Two origins, on one port of two addresses."""
    old = EchoOrigin().start()
    new = EchoOrigin((NEW, old.address[1])).start()
    yield old, new
    old.close()
    new.close()


def post(proxy):
    return proxy.ask("POST", "/streams", content=b"{}")


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_a_service_that_left_is_found_where_it_is_now(start_proxy, name, homes, method):
    """The old address refuses: nothing was sent, so the very request that found out goes to the new one, once."""
    old, new = homes
    proxy = start_proxy(name.url(old.address[1]), workers=1, within=name.within)
    assert post(proxy).status == 200
    assert len(old.requests) == 1
    old.close()
    name.move()
    answer = proxy.ask(method, f"/streams/{STREAM}" if method == "DELETE" else "/streams", content=b"{}" if method == "POST" else None)
    assert answer.status == 200
    assert [request.method for request in new.requests] == [method]
    assert len(old.requests) == 1


def test_a_service_that_is_nowhere_is_told_and_found_again(start_proxy, name, homes):
    old, new = homes
    proxy = start_proxy(name.url(old.address[1]), workers=1, within=name.within)
    old.close()
    assert_error(post(proxy), 502, 16)
    name.move()
    eventually(lambda: post(proxy).status == 200, 5, "the new address")


def test_a_service_that_answers_no_packet_any_more_is_found(start_proxy, name):
    """Packets to the old address are lost; whoever tried it learns so by the timeout, and the next looks again."""
    lost = BlackholeOrigin().start()
    new = EchoOrigin((NEW, lost.address[1])).start()
    proxy = start_proxy(name.url(lost.address[1]), workers=1, within=name.within, timeouts={"connect": 1})
    assert_error(post(proxy), 504, 8)
    name.move()
    # The name may have been asked for just before it moved.
    assert post(proxy).status in (200, 504)
    before = len(new.requests)
    assert post(proxy).status == 200
    assert len(new.requests) == before + 1
    new.close()
    lost.close()


def test_a_service_that_moves_while_both_answer(start_proxy, name, homes):
    """Within seconds new connections go to the new one; after SIGHUP at once."""
    old, new = homes
    proxy = start_proxy(name.url(old.address[1]), workers=1, within=name.within)
    assert post(proxy).status == 200
    name.move()
    eventually(lambda: post(proxy).status == 200 and len(new.requests) > 0, what="the new address")
    name.move(OLD)
    proxy.reload()
    before = len(old.requests)
    assert post(proxy).status == 200
    assert len(old.requests) == before + 1


def test_luna_accounts_is_found_where_it_is_now(start_proxy, name):
    """Its questions go the same way."""
    before, after = bearer("canary.token-of_luna~accounts.1b4d"), bearer("canary.another-of_luna~accounts.7c")
    old = AccountsServiceOrigin().start()
    new = AccountsServiceOrigin(address=(NEW, old.address[1])).start()
    for service in (old, new):
        for token in (before, after):
            service.knows(
                token,
                account_id="6d071cca-fda5-4a03-84d5-5bea65904480",
                account_type="user",
                token_id="0b2c6b1e-9d4c-4e2b-8f0a-7f3f1c2d4e5f",
                permissions={"streams": list(VERBS)},
            )
    proxy = start_proxy(
        EchoOrigin(),
        workers=1,
        within=name.within,
        ADDITIONAL_SERVICES_USAGE={"LUNA_ACCOUNTS": 1},
        LUNA_ACCOUNTS_ADDRESS={"origin": name.url(old.address[1])},
    )
    assert proxy.ask("GET", "/streams", credentials=before).status == 200
    old.close()
    name.move()
    assert proxy.ask("GET", "/streams", credentials=after).status == 200
    assert new.questions == 1
    assert old.questions == 1
    new.close()


def test_a_name_may_end_in_a_dot(start_proxy, name):
    """`svc.cluster.local.` is resolved as it is; the service is not shown the dot, in any request of ours."""
    name.also_with_a_dot()
    origin = EchoOrigin().start()
    proxy = start_proxy(name.url(origin.address[1]).replace(NAME, f"{NAME}."), workers=1, within=name.within)
    assert proxy.ask("GET", "/streams").status == 200
    # By libcurl's own engine.
    with proxy.connect() as connection:
        connection.ask("GET", "/healthcheck?include_luna_services=1")
        assert connection.read_answer().status == 200
    hosts = [request.fields.all("Host") for request in origin.requests]
    assert hosts == [[f"{NAME}:{origin.address[1]}"]] * 2
    origin.close()


def test_tls_is_asked_for_a_name_without_the_dot(start_proxy, name, authority):
    """Its certificate is checked for that name, too."""
    name.also_with_a_dot()
    context = server_context(authority.issue("dotted", names=f"DNS:{NAME}"))
    asked = []
    context.sni_callback = lambda _, server, __: asked.append(server)
    origin = over_tls(EchoOrigin)(context).start()
    url = f"https://{NAME}.:{origin.address[1]}"
    proxy = start_proxy(url, workers=1, within=name.within, plugin=trusting(authority))
    assert proxy.ask("GET", "/streams").status == 200
    with proxy.connect() as connection:
        connection.ask("GET", "/healthcheck?include_luna_services=1")
        assert connection.read_answer().status == 200
    assert asked == [NAME] * 2
    origin.close()
