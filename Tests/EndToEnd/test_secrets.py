"""No password, token or camera address in anything the proxy prints, on any path (sections 4 and 7)."""

from __future__ import annotations

from accounts import basic, bearer
from origins import BlackholeOrigin, EchoOrigin, GarbageOrigin, RefusingOrigin, StallingOrigin, TruncatingOrigin
from origins.live import LiveOrigin
from vocabulary import FRAME, LIVE, STREAM, route
from wire import request_bytes

CAMERA = "rtsp://canary-camera:canary-camera-word@10.20.30.40:554/canary-stream"
CONTENT = (
    b'{"data": {"reference": "%b"}, "event_handler": {"authorization": {"token": "canary-event-token"}}}'
    % CAMERA.encode()
)


def drive(proxy, accounts) -> "list[str]":
    """Asks everything in every way, with secrets in every place; gives the secrets."""
    wrong, token = basic("canary-login@visionlabs.ai", "canary-wrong-word"), "canary.bearer.token"
    for credentials in (
        accounts.root.basic,
        accounts.ann.basic,
        bearer(accounts.ann.tokens["view"]),
        wrong,
        bearer(token),
        ("Authorization", "Basic canary-unreadable"),
        ("Authorization", "Digest canary-digest"),
        None,
    ):
        for method, path in (
            ("GET", "/streams"),
            ("POST", "/streams"),
            ("GET", FRAME),
            ("DELETE", f"/streams/{STREAM}"),
        ):
            content = CONTENT if method == "POST" else None
            fields = [("Cookie", "session=canary-cookie"), ("Proxy-Authorization", "Basic canary-proxy")]
            proxy.ask(method, f"{path}?reference={CAMERA}&token=canary-query", fields, content, credentials=credentials)
    with proxy.connect() as connection:
        head = request_bytes("GET", route(LIVE), [proxy.credentials])
        connection.send(head.replace(b"\r\n\r\n", b"\r\nX-Broken : canary-broken\r\n\r\n"))
        connection.stream.read_to_end()
    with proxy.connect() as connection:
        connection.send(b"GET http://canary-user:canary-word@h/ HTTP/1.1\r\nHost: h\r\n\r\n")
        connection.stream.read_to_end()
    return [*accounts.secrets, wrong[1].split()[1], CAMERA, CAMERA[7:40], "canary"]


def test_nothing_secret_is_printed(start_proxy, accounts):
    short = {"request": 0.3, "connect": 0.3}
    for origin, changes in (
        (EchoOrigin(), {}),
        (RefusingOrigin(), {}),
        (GarbageOrigin("a request"), {}),
        (TruncatingOrigin("length"), {}),
        (StallingOrigin("answer"), {"timeouts": short}),
        (BlackholeOrigin(), {"timeouts": short}),
    ):
        proxy = start_proxy(origin, **changes)
        try:
            secrets = drive(proxy, accounts)
        except AssertionError as fault:
            # A truncated answer is cut, as it must be; what counts here is what is printed.
            assert "closed" in str(fault), fault
            secrets = [*accounts.secrets, "canary"]
        proxy.assert_survives()
        proxy.stop()
        for secret in secrets:
            assert secret not in proxy.text, f"{secret[:6]}… stands in the output"


def test_nothing_secret_is_printed_of_live_previews(start_proxy, accounts):
    proxy = start_proxy(LiveOrigin(interval=0.02, size=1000))
    with proxy.connect() as connection:
        connection.ask("GET", route(f"{LIVE}?canary-query"), [accounts.root.basic])
        pieces = connection.content(connection.read_head()).pieces()
        assert next(pieces)
    proxy.stop()
    assert "canary" not in proxy.text


def test_nothing_secret_stands_in_errors(proxy, accounts):
    secrets = [basic("nobody@visionlabs.ai", "canary-wrong-word"), bearer("canary.bearer.token")]
    secrets += [("Authorization", "Basic canary"), ("Authorization", "canary x"), ("Luna-Account-Id", "canary")]
    for credentials in secrets:
        answer = proxy.ask("GET", "/streams", credentials=credentials)
        text = answer.content.decode() + repr(answer.fields)
        assert "canary" not in text and credentials[1].split()[-1] not in text


def test_the_command_line_of_the_process_holds_no_secret(proxy, accounts):
    with open(f"/proc/{proxy.process.pid}/cmdline") as file:
        line = file.read()
    for secret in accounts.secrets:
        assert secret not in line
