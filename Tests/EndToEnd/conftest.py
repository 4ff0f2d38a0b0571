"""Fixtures: accounts made once, proxies on demand, and after each test the proof that every proxy is still well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator

import pytest

from accounts import Accounts, bearer
from origins import EchoOrigin
from proxy_process import EXECUTABLE, ProxyProcess, settings

StartProxy = Callable[..., ProxyProcess]


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


def _starter(accounts: Accounts, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[StartProxy]":
    """Gives a function that starts proxies, and stops them and their origins when the fixture ends."""
    proxies: "list[ProxyProcess]" = []
    origins: "list[Any]" = []

    def start(origin: Any, workers: int = 2, arguments: "Iterable[str]" = (), **changes: Any) -> ProxyProcess:
        """Starts an origin (or takes a URL) and a proxy before it; `changes` as for `settings`."""
        folder = tmp_path_factory.mktemp("proxy")
        accounts.copy(folder)
        url = origin
        if not isinstance(origin, str):
            origins.append(origin.start())
            url = origin.url
        (folder / "config.json").write_text(json.dumps(settings(url, **changes)))
        proxy = ProxyProcess(folder, origin, workers, arguments)
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


@pytest.fixture
def start_proxy(accounts: Accounts, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[StartProxy]":
    """Starts proxies for one test."""
    yield from _starter(accounts, tmp_path_factory)


@pytest.fixture(scope="module")
def start_module_proxy(accounts: Accounts, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[StartProxy]":
    """Starts proxies for all tests of a file."""
    yield from _starter(accounts, tmp_path_factory)


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
    """Whatever a test did, the proxies that run on answer the next request."""
    yield
    for proxy in list(ProxyProcess.running):
        proxy.assert_survives()


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> "str | None":
    """Long values would make unreadable names."""
    return f"{argname}-of-{len(val)}" if isinstance(val, (bytes, str)) and len(val) > 60 else None
