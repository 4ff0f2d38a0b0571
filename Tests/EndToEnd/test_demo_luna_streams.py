"""The two executables together: the tour a newcomer takes, against the demo Luna-Streams."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from pathlib import Path

import pytest

from accounts import VERBS, bearer, create_token
from vocabulary import assert_error
from wire import eventually

_REPOSITORY = Path(__file__).resolve().parents[2]
DEMO = Path(os.environ.get("DEMO_LUNA_STREAMS", _REPOSITORY / ".build/release/demo-luna-streams")).resolve()


@pytest.fixture(scope="module")
def demo(start_module_proxy):
    """A proxy before the demo Luna-Streams."""
    if not DEMO.exists():
        pytest.skip(f"{DEMO} is not there")
    process = subprocess.Popen([str(DEMO), "--host", "127.0.0.1", "--port", "0"], stdout=subprocess.PIPE, text=True)
    lines: "list[str]" = []
    reader = threading.Thread(target=lambda: lines.extend(iter(process.stdout.readline, "")), daemon=True)
    reader.start()
    try:
        found = re.compile(r"http://127\.0\.0\.1:(\d+)")
        eventually(lambda: any(found.search(line) for line in lines), 10, "the demo to listen")
        port = next(found.search(line).group(1) for line in lines if found.search(line))
        yield start_module_proxy(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(10)


def stream_of(account_id: str) -> bytes:
    reference = "rtsp://user:word@camera.example/1"
    value = {
        "account_id": account_id,
        "name": "door",
        "data": {"type": "tcp", "reference": reference},
        "event_handler": {},
    }
    value["event_handler"] = {
        "origin": "http://127.0.0.1:5000",
        "api_version": 6,
        "bestshot_handler": {"handler_id": account_id},
    }
    return json.dumps(value).encode()


@pytest.fixture
def stream_id(demo, accounts) -> str:
    """A stream made through the proxy."""
    answer = demo.ask("POST", "/streams", [("Content-Type", "application/json")], stream_of(accounts.root.account_id))
    assert answer.status == 201, answer.content
    assert answer.json()["version"] == 1
    return answer.json()["stream_id"]


def test_the_tour(demo, accounts, stream_id):
    assert demo.ask("GET", "/streams").json()["streams"]
    assert demo.ask("GET", "/streams/count").status == 200
    assert demo.ask("GET", f"/streams/{stream_id}").json()["stream_id"] == stream_id
    replaced = demo.ask(
        "PUT", f"/streams/{stream_id}", [("Content-Type", "application/json")], stream_of(accounts.root.account_id)
    )
    assert replaced.status in (200, 201, 204), replaced.content
    assert demo.ask("DELETE", f"/streams/{stream_id}").status in (200, 204)
    missing = demo.ask("GET", f"/streams/{stream_id}")
    assert (missing.status, missing.code) == (404, 39001)


@pytest.mark.parametrize("path", ["/version", "/docs/spec", "/plugins"])
def test_open_pages(demo, path):
    assert demo.ask("GET", path, credentials=None).status == 200


def test_a_frame_is_a_jpeg(demo, stream_id):
    answer = demo.ask("GET", f"/streams/{stream_id}/preview/handler/frame")
    assert answer.status == 200
    assert answer.fields.one("Content-Type") == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8") and answer.content.endswith(b"\xff\xd9")


def test_the_live_preview_moves(demo, stream_id):
    with demo.connect() as connection:
        connection.ask("GET", f"/6/plugins/luna-streams/streams/{stream_id}/preview/handler/live", [demo.credentials])
        head = connection.read_head()
        assert head.status == 200
        boundary = re.search(r'boundary="?([^";]+)', head.fields.one("Content-Type") or "")
        assert boundary, head.fields
        seen = b""
        for piece in connection.content(head).pieces():
            seen += piece
            if seen.count(b"\xff\xd9") >= 5:
                break
    pictures = set(re.findall(rb"\xff\xd8.*?\xff\xd9", seen, re.S))
    assert len(pictures) >= 4, "the picture stands still"


def test_a_view_token_deletes_nothing(demo, accounts, stream_id):
    _, token = create_token(demo.folder, accounts.root.login, ("view",), "--visibility-area", "all")
    eventually(lambda: demo.status_for(bearer(token)) == 200, 2, "the new token")
    answer = demo.ask("DELETE", f"/streams/{stream_id}", credentials=bearer(token))
    assert_error(answer, 403, 11059)
    assert VERBS[3] in answer.json()["detail"]
    assert demo.ask("GET", f"/streams/{stream_id}").status == 200
