"""What people do in a browser, in headless Chromium: previews, sign-in, and pages of other origins."""

from __future__ import annotations

import asyncio
import http.server
import json
import threading
from urllib.parse import quote

import pytest
from test_demo_luna_streams import demo, stream_id  # noqa: F401  (fixtures)

from accounts import create_account
from browser import Browser, Page
from origins import EchoOrigin
from vocabulary import route
from wire import eventually


@pytest.fixture
def browser(tmp_path):
    started = Browser(tmp_path)
    yield started
    started.stop()


def test_a_live_preview_plays(demo, accounts, stream_id, browser):  # noqa: F811
    """Credentials in the URL, and screenshots that differ: the picture shows the time to the second."""
    credentials = f"{quote(accounts.root.login, safe='')}:{quote(accounts.root.password, safe='')}"
    address = f"127.0.0.1:{demo.address[1]}"
    url = f"http://{credentials}@{address}{route(f'/streams/{stream_id}/preview/handler/live')}"

    async def watch() -> int:
        shots: "set[bytes]" = set()
        async with browser.page() as page:
            await page.call("Page.enable")
            await page.call("Page.navigate", url=url)
            for _ in range(40):
                shot = await page.screenshot()
                size = await page.call("Runtime.evaluate", expression="document.images.length")
                if shot and size and size["result"].get("value"):
                    shots.add(shot)
                if len(shots) >= 3:
                    break
                await asyncio.sleep(0.25)
        return len(shots)

    assert asyncio.run(watch()) >= 3, "the picture moves"


def test_sign_in_with_a_password_that_is_not_ascii(start_proxy, browser):
    """The browser asks, as our challenge wants it, and sends UTF-8 as it says."""
    proxy = start_proxy(EchoOrigin())
    person = create_account(proxy.folder, "анна@example.org", "пароль:é\N{GRINNING FACE}-canary")
    eventually(lambda: proxy.status_for(person.basic) == 200, what="the proxy follows")

    async def sign_in() -> "tuple[dict, str]":
        async with browser.page() as page:
            await page.call("Fetch.enable", handleAuthRequests=True)
            await page.call("Page.enable")
            # It is answered when the credentials have been given.
            await page.send("Page.navigate", url=f"{proxy.url}/streams")
            asked = await page.event("Fetch.requestPaused")
            await page.call("Fetch.continueRequest", requestId=asked["requestId"])
            challenge = await page.event("Fetch.authRequired")
            answer = {"response": "ProvideCredentials", "username": person.login, "password": person.password}
            await page.call("Fetch.continueWithAuth", requestId=challenge["requestId"], authChallengeResponse=answer)
            await page.shows(f"{proxy.url}/streams")
            return challenge["authChallenge"], await page.evaluate("document.body.innerText")

    challenge, text = asyncio.run(sign_in())
    assert (challenge["scheme"], challenge["realm"]) == ("basic", "login:password")
    assert ["Luna-Account-Id", person.account_id] in json.loads(text)["fields"]


# Pages of other origins


@pytest.fixture
def site():
    """A site of one empty page; known as 127.0.0.1 and, another origin to browsers, as localhost."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = b"<!doctype html><title>a page</title>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


#: What a page's script is told of a request: the status, our id and the error code; or that it may not know.
ASK = """
fetch(%s, Object.assign({cache: "no-store"}, %s)).then(
    async answer => [answer.status, answer.headers.get("Luna-Request-Id") != null,
        (await answer.json().catch(() => ({}))).error_code ?? null],
    fault => fault.name)
"""


async def ask(page: Page, url: str, **options: object) -> object:
    return await page.evaluate(ASK % (json.dumps(url), json.dumps(options)))


def test_an_allowed_page_reads_answers_and_errors(start_proxy, accounts, site, browser):
    """Those that need a preflight, too: Authorization and JSON are no simple request."""
    cors = {"allowed_origins": [f"http://127.0.0.1:{site}"]}
    proxy = start_proxy(EchoOrigin(), isolation=1, http={"cors": cors, "request_max_size": 5000})
    token = {"Authorization": f"Bearer {accounts.ann.tokens['view']}"}
    every = {"Authorization": f"Bearer {accounts.ann.tokens['all']}", "Content-Type": "application/json"}
    streams = f"{proxy.url}/streams"
    asked = [
        (streams, {"headers": token}, [200, True, None]),
        (streams, {"method": "POST", "headers": every, "body": "{}"}, [200, True, None]),
        (streams, {}, [401, True, 11065]),
        (streams, {"headers": {"Authorization": "Bearer x.y.z"}}, [401, True, 11062]),
        (streams, {"method": "DELETE", "headers": token}, [403, True, 11059]),
        (f"{streams}?account_id={accounts.root.account_id}", {"headers": token}, [403, True, 11063]),
        (f"{proxy.url}/nowhere", {}, [404, True, 12013]),
        (streams, {"method": "POST", "headers": {**every, "Content-Type": "text/plain"}, "body": "{}"}, [400, True, 12017]),
        (streams, {"method": "POST", "headers": every, "body": "{"}, [400, True, 12027]),
        (streams, {"method": "POST", "headers": every, "body": "x" * 6000}, [413, True, 12046]),
        (streams, {"headers": {"Luna-Request-Id": "x" * 40_000}}, [431, True, 12046]),
        (f"{proxy.url}/streams/[1]", {}, [400, True, 12046]),
        (f"{proxy.url}/streams/%ff", {}, [404, True, 12013]),
    ]

    async def run() -> "list[object]":
        async with browser.page() as page:
            await page.open(f"http://127.0.0.1:{site}/")
            return [await ask(page, url, **options) for url, options, _ in asked]

    found = asyncio.run(run())
    for (url, options, expected), answer in zip(asked, found):
        assert answer == expected, (url, str(options)[:200], answer)


def test_another_page_reads_nothing(start_proxy, accounts, site, browser):
    cors = {"allowed_origins": [f"http://127.0.0.1:{site}"]}
    proxy = start_proxy(EchoOrigin(), http={"cors": cors})
    token = {"Authorization": f"Bearer {accounts.ann.tokens['view']}"}

    async def run() -> "list[object]":
        async with browser.page() as page:
            await page.open(f"http://localhost:{site}/")
            return [await ask(page, f"{proxy.url}{path}", **options) for path, options in (
                ("/streams", {"headers": token}), ("/streams", {}), ("/nowhere", {}))]

    assert asyncio.run(run()) == ["TypeError"] * 3
    assert proxy.origin.requests == [], "nothing came after the preflight that was not allowed"


def test_a_query_passes_as_the_browser_leaves_it(start_proxy, accounts, site, browser):
    """`[ ] { } | ^`, backtick and a lone `%`: the URL standard has them as they are in a query."""
    cors = {"allowed_origins": [f"http://127.0.0.1:{site}"]}
    proxy = start_proxy(EchoOrigin(), http={"cors": cors})
    query = "a=[1]{2}|3^4`5%6\\7"

    async def run() -> object:
        async with browser.page() as page:
            await page.open(f"http://127.0.0.1:{site}/")
            return await ask(
                page, f"{proxy.url}/streams?{query}", headers={"Authorization": f"Bearer {accounts.root.tokens['all']}"})

    assert asyncio.run(run()) == [200, True, None]
    assert proxy.origin.requests[-1].target == f"/1/streams?{query}"
