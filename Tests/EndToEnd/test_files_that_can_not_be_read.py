"""Only what was read counts as known: a file that the system refused for a moment is read again, and told once."""

from __future__ import annotations

import os
import resource
import signal
import socket
import time

import pytest

from accounts import bearer, create_token
from origins import EchoOrigin
from proxy_process import ProxyProcess, command
from test_named_files_are_followed import FOLLOWING, replace, shown, tls
from test_tls_settings import install
from vocabulary import route
from wire import eventually, request_bytes

LIMIT = 60


def starve(proxy, limit: int = 4) -> None:
    """From now on the system gives it no descriptor, whatever it closes: all below are those that it began with."""
    resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE, (limit, resource.prlimit(
        proxy.process.pid, resource.RLIMIT_NOFILE)[1]))


def feed(proxy) -> None:
    _, hard = resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE, (hard, hard))


def count(proxy, text: str) -> int:
    return proxy.told.count(text)


def served(connection, credentials) -> int:
    connection.ask("GET", route("/streams/count"), [credentials])
    return connection.read_answer().status


def test_a_revocation_is_followed_while_clients_have_all_descriptors(start_proxy, accounts):
    """There are some in reserve for files."""
    proxy = start_proxy(EchoOrigin(), workers=1)
    token_id, token = create_token(proxy.folder, accounts.ann.login, ("view",))
    eventually(lambda: proxy.status_for(bearer(token)) == 200, what="the new token to work")
    resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE, (LIMIT, LIMIT))
    # Whoever has begun a request does not give way to the crowd.
    crowd = []
    try:
        for index in range(2 * LIMIT):
            crowd.append(proxy.connect())
            credentials = bearer(token) if index < 20 else proxy.credentials
            crowd[-1].send(request_bytes("GET", route("/streams"), [credentials])[:-2])
        eventually(lambda: proxy.descriptors() >= LIMIT - 1, what="the descriptors to run out")
        command(proxy.folder, "token", "delete", "--token-id", token_id)
        for connection in crowd[:20]:
            # Four looks a second: the first of these may come before one.
            time.sleep(0.2)
            connection.send(b"\r\n")
            status = connection.read_answer("GET").status
            assert proxy.descriptors() >= LIMIT - 2, "there were descriptors"
            if status == 401:
                break
        assert status == 401
    finally:
        for connection in crowd:
            connection.close()


def test_accounts_that_could_not_be_read_are_read_later(start_proxy, accounts):
    proxy = start_proxy(EchoOrigin(), workers=1)
    token_id, token = create_token(proxy.folder, accounts.ann.login, ("view",))
    eventually(lambda: proxy.status_for(bearer(token)) == 200, what="the new token to work")
    with proxy.connect() as old:
        assert served(old, bearer(token)) == 200
        starve(proxy)
        command(proxy.folder, "token", "delete", "--token-id", token_id)
        eventually(lambda: count(proxy, "accounts.json: cannot be read: Too many open files"), what="the refusal")
        assert served(old, bearer(token)) == 200, "what was read before stays in force"
        # Some more looks, which tell nothing new.
        time.sleep(1)
        feed(proxy)
        eventually(lambda: served(old, bearer(token)) == 401, what="the revocation to be followed")
    assert count(proxy, "accounts.json: cannot be read: Too many open files") == 1
    assert count(proxy, "accounts.json: can be read again") == 1


@pytest.mark.parametrize("arguments", [(), FOLLOWING], ids=["SIGHUP", "--config-reload"])
def test_settings_that_could_not_be_read_are_read_later(start_proxy, accounts, arguments):
    proxy = start_proxy(EchoOrigin(), workers=1, arguments=arguments, account_header=1)
    alone = ("Luna-Account-Id", accounts.ann.account_id)
    with proxy.connect() as old:
        assert served(old, alone) == 200
        starve(proxy)
        proxy.change_settings(account_header=0)
        if not arguments:
            proxy.process.send_signal(signal.SIGHUP)
        eventually(lambda: count(proxy, "not reloaded"), what="the refusal")
        time.sleep(1.5)
        feed(proxy)
        eventually(lambda: served(old, alone) == 403, what="the settings to be followed")
    assert count(proxy, "not reloaded") == 1 and count(proxy, "config.json: the file can't be read") == 1


def test_a_certificate_that_could_not_be_read_is_read_later(start_proxy, authority, tmp_path):
    pair = authority.issue("first"), authority.issue("second")
    install(pair[0], tmp_path)
    proxy = start_proxy(EchoOrigin(), workers=1, arguments=FOLLOWING, **tls(tmp_path))
    starve(proxy)
    install(pair[1], tmp_path)
    eventually(lambda: count(proxy, "not reloaded"), what="the refusal")
    feed(proxy)
    eventually(lambda: shown(proxy) == "second", what="the new certificate")


def pipe(path) -> None:
    os.mkfifo(path)


def listening(path) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))


ODD = pytest.mark.parametrize(
    "make",
    [pipe, listening, os.mkdir, lambda path: os.symlink("/dev/zero", path)],
    ids=["pipe", "socket", "folder", "device"],
)


def remove(path) -> None:
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink()


@ODD
def test_something_else_in_the_place_of_the_accounts(start_proxy, accounts, make):
    proxy = start_proxy(EchoOrigin())
    file, kept = proxy.folder / "accounts.json", proxy.folder / "kept.json"
    file.rename(kept)
    make(file)
    eventually(lambda: count(proxy, "must be a regular file"), what="the problem")
    assert proxy.status_for(proxy.credentials) == 200
    remove(file)
    kept.rename(file)
    _, token = create_token(proxy.folder, accounts.ann.login, ("view",))
    eventually(lambda: proxy.status_for(bearer(token)) == 200, what="the new token to work")


@ODD
def test_something_else_in_the_place_of_the_settings(start_proxy, make):
    proxy = start_proxy(EchoOrigin())
    file = proxy.folder / "config.json"
    file.rename(proxy.folder / "kept.json")
    make(file)
    proxy.reload("not reloaded")
    assert count(proxy, "config.json: must be a regular file") == 1
    # It ends: nothing waits for who might write into a pipe.
    ProxyProcess.running.remove(proxy)
    proxy.process.send_signal(signal.SIGTERM)
    assert proxy.process.wait(10) == 0
    remove(file)
    (proxy.folder / "kept.json").rename(file)


def test_no_signal_waits_for_settings_that_are_being_read(start_proxy, accounts, tmp_path):
    """Here the interpreter of plugins says nothing for long: SIGTERM and revocations are obeyed meanwhile."""
    released = tmp_path / "released"
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nwhile [ ! -e {released} ]; do sleep 0.05; done\nexec /usr/bin/python3 \"$@\"\n")
    python.chmod(0o755)
    (tmp_path / "idle.py").write_text("")
    proxy = start_proxy(EchoOrigin())
    token_id, token = create_token(proxy.folder, accounts.ann.login, ("view",))
    eventually(lambda: proxy.status_for(bearer(token)) == 200, what="the new token to work")
    proxy.change_settings(
        LUNA_API_ACTIVE_PLUGINS=["luna-streams", "idle"],
        LUNA_API_PLUGIN_HOST={"folder": str(tmp_path), "python": str(python)},
    )
    proxy.process.send_signal(signal.SIGHUP)
    asking = f"/proc/{proxy.process.pid}/task/{proxy.process.pid}/children"

    def children() -> str:
        return "".join(
            open(f"/proc/{proxy.process.pid}/task/{task}/children").read()
            for task in os.listdir(f"/proc/{proxy.process.pid}/task")
        )

    assert os.path.exists(asking)
    eventually(children, what="the interpreter to be asked")
    command(proxy.folder, "token", "delete", "--token-id", token_id)
    eventually(lambda: proxy.status_for(bearer(token)) == 401, what="the revocation to be followed")
    ProxyProcess.running.remove(proxy)
    proxy.process.send_signal(signal.SIGTERM)
    assert proxy.process.wait(10) == 0
    released.touch()
