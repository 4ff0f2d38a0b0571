"""Fixtures: accounts made once, proxies on demand, and after each test the proof that every proxy is still well."""

from __future__ import annotations

import json
import resource
import signal
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator

import pytest

import sanitizer
from accounts import Accounts, bearer
from certificates import Authority, Certificate
from fronts import Fronts
from origins import EchoOrigin
from proxy_process import EXECUTABLE, ProxyProcess, settings
from tls_socket import client_context

StartProxy = Callable[..., ProxyProcess]

# What runs in the background may have been started with these ignored, and whatever we start would ignore them too.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

#: The files whose tests run over TLS as well: what must hold there is what must hold without.
OVER_TLS = {
    "test_clients_that_leave",
    "test_early_responses",
    "test_expect_continue",
    "test_framing",
    "test_interim_answers",
    "test_live_preview",
    "test_malformed_requests",
    "test_persistent_connections",
    "test_previews_are_revocable",
    "test_routes",
    "test_termination",
    "test_upgrade",
    "test_upstream_connections",
    "test_upstream_failures",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__ in OVER_TLS and "scheme" in metafunc.fixturenames:
        metafunc.parametrize("scheme", ["http", "https"], indirect=True, scope="module")


@pytest.fixture
def many_descriptors() -> "Iterator[None]":
    """This process and the proxy may open as many as the system allows: enough for 5,000 clients."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 10_500:
        pytest.skip(f"the system allows {hard} descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(scope="session")
def executable() -> Path:
    """The executable under test; without it nothing here can run."""
    if not EXECUTABLE.exists():
        pytest.exit(f"{EXECUTABLE} is not there: build it, or name it in STREAMS_PROXY", returncode=2)
    return EXECUTABLE


@pytest.fixture(scope="session")
def accounts(executable: Path, tmp_path_factory: pytest.TempPathFactory) -> Accounts:
    """The accounts file that every proxy gets a copy of."""
    return Accounts(tmp_path_factory.mktemp("accounts"))


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who signs the certificates of these tests."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def certificate(authority: Authority) -> Certificate:
    """The proxies' own."""
    return authority.issue()


@pytest.fixture(scope="module")
def scheme(request: pytest.FixtureRequest) -> str:
    """How the clients of a test's proxies speak."""
    return getattr(request, "param", "http")


def _starter(
    accounts: Accounts, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, scheme: str
) -> "Iterator[StartProxy]":
    """Gives a function that starts proxies, and stops them and their origins when the fixture ends."""
    proxies: "list[ProxyProcess]" = []
    origins: "list[Any]" = []

    def start(
        origin: Any,
        workers: int = 2,
        arguments: "Iterable[str]" = (),
        prepare: "Callable[[Path], Any] | None" = None,
        environment: "dict[str, str] | None" = None,
        within: "Iterable[str]" = (),
        **changes: Any,
    ) -> ProxyProcess:
        """Starts an origin (or takes a URL) and a proxy before it; `changes` as for `settings`.

        `prepare` gets the folder of its settings before it starts; `environment` joins its environment,
        `within` as for `ProxyProcess`.
        """
        if scheme == "https" and "TLS" not in changes:
            changes["TLS"] = request.getfixturevalue("certificate").settings
        is_secure = "TLS" in changes or "--tls_cert" in arguments
        context = client_context(request.getfixturevalue("authority").root, "http/1.1") if is_secure else None
        folder = tmp_path_factory.mktemp("proxy")
        accounts.copy(folder)
        if prepare:
            prepare(folder)
        url = origin
        if not isinstance(origin, str):
            origins.append(origin.start())
            url = origin.url
        (folder / "config.json").write_text(json.dumps(settings(url, **changes)))
        proxy = ProxyProcess(folder, origin, workers, arguments, context, environment=environment, within=list(within))
        proxies.append(proxy)
        proxy.credentials = bearer(accounts.root.tokens["all"])
        return proxy

    yield start
    try:
        for proxy in proxies:
            if proxy in ProxyProcess.running:
                proxy.assert_survives()
        for proxy in proxies:
            proxy.stop()
            for secret in accounts.secrets:
                assert secret not in proxy.text, "a secret stands in the proxy's output"
    finally:
        for proxy in proxies:
            proxy.stop()
        for origin in origins:
            origin.close()
    sanitizer.assert_silent()  # Leaks are told at the end of a process.


@pytest.fixture
def start_proxy(
    accounts: Accounts, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, scheme: str
) -> "Iterator[StartProxy]":
    """Starts proxies for one test."""
    yield from _starter(accounts, tmp_path_factory, request, scheme)


@pytest.fixture(scope="module")
def start_module_proxy(
    accounts: Accounts, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, scheme: str
) -> "Iterator[StartProxy]":
    """Starts proxies for all tests of a file."""
    yield from _starter(accounts, tmp_path_factory, request, scheme)


@pytest.fixture
def fronts(tmp_path: Path) -> "Iterator[Fronts]":
    """Starts real servers in front of proxies, for one test."""
    servers = Fronts(tmp_path)
    yield servers
    servers.stop()


@pytest.fixture(scope="module")
def echo_proxy(start_module_proxy: StartProxy) -> ProxyProcess:
    """A proxy before an echo, with the account header allowed; one for each file."""
    return start_module_proxy(EchoOrigin(), account_header=1)


@pytest.fixture
def proxy(echo_proxy: ProxyProcess) -> ProxyProcess:
    """The file's echo proxy, its origin's record empty."""
    echo_proxy.origin.forget()
    return echo_proxy


@pytest.fixture(autouse=True)
def survival() -> "Iterator[None]":
    """Whatever a test did, the proxies that run on answer the next request, and no sanitizer has found anything."""
    yield
    sanitizer.assert_silent()
    for proxy in list(ProxyProcess.running):
        proxy.assert_survives()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-conformance", action="store_true", help="write the tables of docs/conformance.md anew (test_corpus.py)"
    )


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> "str | None":
    """Long values would make unreadable names."""
    return f"{argname}-of-{len(val)}" if isinstance(val, (bytes, str)) and len(val) > 60 else None
