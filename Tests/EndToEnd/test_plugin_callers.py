"""What one caller can take of a plugin, and of the way to it: others are served whatever that one sends."""

from __future__ import annotations

import os

import pytest

import plugins
from accounts import bearer
from origins import EchoOrigin
from plugins import MIRROR, ask, host_of
from vocabulary import assert_error
from wire import chunked, eventually


@pytest.fixture(scope="module")
def proxy(start_module_proxy):
    """The same plugin for callers with credentials and for everybody."""
    proxy = start_module_proxy(
        EchoOrigin(),
        workers=1,
        prepare=lambda folder: [plugins.add(folder, name, MIRROR) for name in ("mirror", "open")],
        LUNA_API_ACTIVE_PLUGINS=["luna-streams", "mirror", "open"],
        LUNA_API_PLUGIN_HOST={"access": {"open": "open"}},
    )
    plugins.wait_running(proxy, "mirror", "open")
    return proxy


def host_descriptors(proxy) -> int:
    return len(os.listdir(f"/proc/{host_of(proxy)}/fd"))


def begin_uploads(proxy, count, path, *fields):
    """Uploads of which a part has come."""
    uploads = [proxy.connect() for _ in range(count)]
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
    for upload in uploads:
        upload.send(f"POST {path} HTTP/1.1\r\nHost: h\r\n{lines}Content-Length: 20000\r\n\r\n".encode() + b"x" * 10)
    return uploads


def test_slow_uploads_close_no_plugin(proxy, accounts):
    """More of them than handlers may run: each is answered once its content is there, and others need not wait."""
    uploads = begin_uploads(proxy, 70, "/6/plugins/mirror/mirror", bearer(accounts.ann.tokens["all"]))
    for _ in range(20):
        assert ask(proxy, "/mirror/mirror", proxy.credentials).status == 200
    for upload in uploads:
        upload.send(b"x" * 19_990)
        assert upload.read_answer("POST").status == 200
        upload.close()


def test_strangers_reach_the_host_with_whole_content_only(proxy):
    assert ask(proxy, "/open/mirror").status == 200
    before = host_descriptors(proxy)
    uploads = begin_uploads(proxy, 70, "/6/plugins/open/mirror")
    assert ask(proxy, "/open/mirror").status == 200
    assert host_descriptors(proxy) <= before + 1
    for upload in uploads:
        upload.send(b"x" * 19_990)
        answer = upload.read_answer("POST")
        assert answer.status == 200
        assert len(answer.json()["body"]) == 20_000
        upload.close()
    with proxy.connect() as client:
        client.send(b"POST /6/plugins/open/mirror HTTP/1.1\r\nHost: h\r\nContent-Length: 65537\r\n\r\n")
        assert_error(client.read_answer("POST"), 413, 12046)


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_strangers_leave_few_connections_to_the_host(proxy, method):
    """Chunked content makes a request that brings its own connection: one waits afterwards, not one of each."""
    before = host_descriptors(proxy)
    with proxy.connect() as client:
        for _ in range(100):
            head = f"{method} /6/plugins/open/mirror HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            client.send(head.encode() + chunked(b"x"))
            assert client.read_answer(method).status == 200
            assert host_descriptors(proxy) < before + 50
    eventually(lambda: host_descriptors(proxy) <= before + 1, 5, "the others to be closed")
