"""Clients that people use: curl, requests, aiohttp."""

from __future__ import annotations

import asyncio
import json
import subprocess

import aiohttp
import requests
from aiohttp import web

from origins import BigOrigin, ChunkedOrigin, LiveOrigin, WebSocketOrigin
from origins.big import MEBIBYTE, blocks, checksum
from vocabulary import FRAME, LIVE, STREAM


def curl(*arguments: str, timeout: float = 30) -> "subprocess.CompletedProcess[bytes]":
    """Runs curl without any settings of the user's."""
    command = ["curl", "-q", "--silent", "--show-error", "--noproxy", "*", "--max-time", str(timeout), *arguments]
    return subprocess.run(command, capture_output=True, timeout=timeout + 5)


def test_curl_with_each_kind_of_credentials(proxy, accounts):
    ann = accounts.ann
    for credentials in (
        ("--user", f"{ann.login}:{ann.password}"),
        ("--oauth2-bearer", ann.tokens["view"]),
        ("--header", f"Luna-Account-Id: {ann.account_id}"),
    ):
        done = curl("--fail", *credentials, f"{proxy.url}/streams")
        assert done.returncode == 0, done.stderr
        assert ["Luna-Account-Id", ann.account_id] in json.loads(done.stdout)["fields"]


def test_curl_anyauth_finds_basic(proxy, accounts):
    """curl learns from our challenge that Basic is offered."""
    login = f"{accounts.ann.login}:{accounts.ann.password}"
    done = curl("--fail", "--anyauth", "--user", login, f"{proxy.url}/streams")
    assert done.returncode == 0, done.stderr


def test_curl_uploads_a_long_file_with_expect(proxy, accounts, tmp_path):
    """curl waits for 100 with content this long."""
    file = tmp_path / "content"
    file.write_bytes(b"x" * 3 * MEBIBYTE)
    login = f"{accounts.root.login}:{accounts.root.password}"
    for extra in ((), ("--header", "Transfer-Encoding: chunked"), ("--http1.0",)):
        done = curl("--fail", "--user", login, *extra, "--upload-file", str(file), f"{proxy.url}/streams/{STREAM}")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["size"] == 3 * MEBIBYTE


def test_curl_reuses_its_connection(proxy):
    urls = [f"{proxy.url}/streams?n={number}" for number in range(5)]
    done = curl("--fail", "--header", ": ".join(proxy.credentials), "--write-out", "\n%{num_connects}\n", *urls)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.split(b"\n") if line.isdigit()] == [b"1", b"0", b"0", b"0", b"0"]


def test_curl_head_and_options(proxy):
    field = ": ".join(proxy.credentials)
    assert b" 200 OK" in curl("--head", "--header", field, f"{proxy.url}/streams").stdout
    assert b"Allow:" in curl("--include", "--request", "OPTIONS", f"{proxy.url}/streams").stdout


def test_curl_saves_a_frame_and_watches_a_preview(start_proxy, tmp_path):
    proxy = start_proxy(LiveOrigin(interval=0.02, size=10_000))
    file = tmp_path / "preview"
    done = curl("--output", str(file), "--header", ": ".join(proxy.credentials), f"{proxy.url}{LIVE}", timeout=1)
    assert done.returncode == 28  # It watched until its time was over.
    assert file.read_bytes().count(b"--frame\r\n") > 10


def test_curl_opens_a_tunnel(start_proxy):
    proxy = start_proxy(WebSocketOrigin(early=b"hello from the tunnel", farewell=b"bye"))
    upgrade = ("--header", "Connection: Upgrade", "--header", "Upgrade: websocket")
    done = curl("--include", *upgrade, "--header", ": ".join(proxy.credentials), f"{proxy.url}{LIVE}", timeout=2)
    assert done.stdout.startswith(b"HTTP/1.1 101 ")
    assert b"hello from the tunnel" in done.stdout


def test_a_requests_session(proxy, accounts):
    with requests.Session() as session:
        session.trust_env = False
        session.auth = (accounts.root.login, accounts.root.password)
        for number in range(50):
            answer = session.post(f"{proxy.url}/streams", json={"n": number}, timeout=10)
            assert answer.status_code == 200
            assert json.loads(answer.json()["content"]) == {"n": number}
            assert session.get(f"{proxy.url}/streams", params={"page": number}, timeout=10).ok
            assert session.head(f"{proxy.url}{FRAME}", timeout=10).ok
        assert session.get(f"{proxy.url}/nothing", timeout=10).json()["error_code"] == 12013
        assert (
            session.put(f"{proxy.url}/streams/{STREAM}", data=iter([b"a", b"b"]), timeout=10).json()["content"] == "ab"
        )


def test_requests_streams_a_long_answer(start_proxy):
    proxy = start_proxy(BigOrigin(16, "chunked"))
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update(dict([proxy.credentials]))
        with session.get(f"{proxy.url}/streams", stream=True, timeout=10) as answer:
            assert checksum(answer.iter_content(65536)) == checksum(blocks(16))
        assert session.get(f"{proxy.url}/streams", timeout=10).ok


def test_aiohttp_with_many_requests_at_once(proxy):
    async def run() -> None:
        async with aiohttp.ClientSession(headers=dict([proxy.credentials])) as session:

            async def one(number: int) -> None:
                async with session.post(f"{proxy.url}/streams?n={number}", data=b"%d" % number) as answer:
                    echo = await answer.json(content_type=None)
                    assert answer.status == 200
                    assert (echo["content"], echo["target"]) == (str(number), f"/1/streams?n={number}")

            await asyncio.gather(*(one(number) for number in range(400)))

    asyncio.run(run())


def test_aiohttp_reads_chunks_and_leaves_a_preview(start_proxy):
    chunks = start_proxy(ChunkedOrigin(b"one", b"two"))
    live = start_proxy(LiveOrigin(interval=0.02))

    async def run() -> None:
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{chunks.url}/streams", headers=dict([chunks.credentials])) as answer:
                assert await answer.read() == b"onetwo"
            async with session.get(f"{live.url}{LIVE}", headers=dict([live.credentials])) as answer:
                reader = aiohttp.MultipartReader.from_response(answer)
                for _ in range(5):
                    picture = await reader.next()
                    assert len(await picture.read()) > 20_000

    asyncio.run(run())
    live.origin.wait_for_cut(0, 2)


def test_aiohttp_web_socket(start_proxy):
    """A whole WebSocket handshake and messages, against aiohttp's own server behind the proxy."""

    async def answer(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(message.data.upper())
        return socket

    async def run() -> None:
        application = web.Application()
        application.router.add_get(f"/1{LIVE}", answer)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        try:
            proxy = start_proxy(f"http://127.0.0.1:{port}")
            async with aiohttp.ClientSession(headers=dict([proxy.credentials])) as session:
                async with session.ws_connect(f"{proxy.url}{LIVE}") as socket:
                    for number in range(20):
                        await socket.send_str(f"message {number}")
                        assert (await socket.receive(10)).data == f"MESSAGE {number}"
        finally:
            await runner.cleanup()

    asyncio.run(run())
