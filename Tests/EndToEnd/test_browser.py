"""A person watches a live preview: headless Chromium, credentials in the URL, two screenshots that must differ."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import subprocess
from urllib.parse import quote

import aiohttp
from test_demo_luna_streams import demo, stream_id  # noqa: F401  (fixtures)
from vocabulary import route

#: As Debian names it, which scripts/install-dependencies installs, and as others do.
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Page:
    """One page of the browser, driven over its debugging protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.number = 0

    async def call(self, method: str, **parameters) -> "dict | None":
        """The result, or None where the page is just being exchanged for the next."""
        self.number += 1
        await self.socket.send_json({"id": self.number, "method": method, "params": parameters})
        while True:
            message = await asyncio.wait_for(self.socket.receive_json(), 20)
            if message.get("id") == self.number:
                return message.get("result")

    async def screenshot(self) -> bytes:
        result = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(result["data"]) if result else b""


async def watch(url: str, debugging: str) -> "list[bytes]":
    async with aiohttp.ClientSession() as session:
        async with session.put(f"{debugging}/json/new?about:blank") as answer:
            target = json.loads(await answer.text())
        async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
            page = Page(socket)
            await page.call("Page.enable")
            await page.call("Page.navigate", url=url)
            shots: "list[bytes]" = []
            # The picture shows the time to the second, so within some seconds there must be several different ones.
            for _ in range(40):
                shot = await page.screenshot()
                size = await page.call(
                    "Runtime.evaluate", expression="document.images.length"
                )
                if shot and size and size["result"].get("value") and shot not in shots:
                    shots.append(shot)
                if len(shots) >= 3:
                    break
                await asyncio.sleep(0.25)
            return shots


def test_a_live_preview_plays_in_a_browser(demo, accounts, stream_id, tmp_path):  # noqa: F811
    assert CHROMIUM, "a browser is installed: scripts/install-dependencies test"
    browser = subprocess.Popen(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0",
         "--remote-allow-origins=*", f"--user-data-dir={tmp_path}/profile", "about:blank"],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )
    try:
        debugging = None
        for line in browser.stderr:
            if "DevTools listening on ws://" in line:
                debugging = "http://" + line.split("ws://", 1)[1].split("/", 1)[0]
                break
        assert debugging, "the browser tells where it is driven from"
        credentials = f"{quote(accounts.root.login, safe='')}:{quote(accounts.root.password, safe='')}"
        address = f"127.0.0.1:{demo.address[1]}"
        url = f"http://{credentials}@{address}{route(f'/streams/{stream_id}/preview/handler/live')}"
        shots = asyncio.run(watch(url, debugging))
        assert len(shots) >= 3, "the picture moves"
    finally:
        browser.terminate()
        browser.wait(10)
