"""Headless Chromium, driven over its debugging protocol."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import subprocess
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, AsyncIterator

import aiohttp

#: As Debian names it, which scripts/install-dependencies installs, and as others do.
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Page:
    """One page of the browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        #: What the browser told of itself, by name.
        self.events: "list[tuple[str, dict[str, Any]]]" = []

    async def call(self, method: str, **parameters: Any) -> "dict[str, Any] | None":
        """The result, or None where the page is just being exchanged for the next."""
        number = await self.send(method, **parameters)
        while True:
            message = await self._next()
            if message.get("id") == number:
                return message.get("result")

    async def send(self, method: str, **parameters: Any) -> int:
        """Waits for nothing."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        return self._number

    async def event(self, name: str) -> "dict[str, Any]":
        """The next event of that name; one that has come already counts."""
        while True:
            for index, (found, parameters) in enumerate(self.events):
                if found == name:
                    del self.events[index]
                    return parameters
            await self._next()

    async def _next(self) -> "dict[str, Any]":
        message = await asyncio.wait_for(self._socket.receive_json(), 30)
        if "method" in message:
            self.events.append((message["method"], message["params"]))
        return message

    async def open(self, url: str) -> None:
        await self.call("Page.enable")
        await self.send("Page.navigate", url=url)
        await self.shows(url)

    async def shows(self, url: str) -> None:
        """Waits until the page of that address is there; the load event may still be that of the page before."""
        for _ in range(600):
            result = await self.call("Runtime.evaluate", expression="document.readyState + ' ' + location.href")
            if result and result["result"].get("value") == f"complete {url}":
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"the browser shows {url}")

    async def evaluate(self, script: str) -> Any:
        """What an expression comes to, a promise's value too."""
        result = await self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert result and "exceptionDetails" not in result, result
        return result["result"].get("value")

    async def screenshot(self) -> bytes:
        result = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(result["data"]) if result else b""


class Browser:
    """A browser with a profile of its own, until `stop`."""

    def __init__(self, folder: Path) -> None:
        assert CHROMIUM, "a browser is installed: scripts/install-dependencies test"
        self._process = subprocess.Popen(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0",
             "--remote-allow-origins=*", f"--user-data-dir={folder}/profile", "about:blank"],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self._process.stderr
        for line in self._process.stderr:
            if "DevTools listening on ws://" in line:
                self._address = "http://" + line.split("ws://", 1)[1].split("/", 1)[0]
                return
        raise AssertionError("the browser tells where it is driven from")

    @asynccontextmanager
    async def page(self) -> "AsyncIterator[Page]":
        async with aiohttp.ClientSession() as session:
            async with session.put(f"{self._address}/json/new?about:blank") as answer:
                target = json.loads(await answer.text())
            async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                yield Page(socket)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
