"""Which API of Luna-Streams is asked: the header, and origins written in every usual way (sections 2 and 3)."""

from __future__ import annotations

import pytest

from origins import EchoOrigin
from vocabulary import ROUTES, STREAM, assert_error

HEADER = "LUNA-STREAMS-API-VERSION"


@pytest.mark.parametrize("path, methods, upstream", ROUTES)
@pytest.mark.parametrize("version", ["1", "2"])
def test_the_header_picks_the_version(proxy, path, methods, upstream, version):
    assert proxy.ask("GET", path, [(HEADER, version)]).status == 200
    expected = upstream if path == "/version" else f"/{version}" + upstream[2:]
    assert proxy.origin.requests[0].target == expected


@pytest.mark.parametrize("name", ["luna-streams-api-version", "Luna-Streams-Api-Version"])
def test_its_name_has_no_case(proxy, name):
    proxy.ask("GET", "/streams", [(name, "2")])
    assert proxy.origin.requests[0].target == "/2/streams"


@pytest.mark.parametrize("value", ["0", "3", "", "01", "1.0", "v1", "+1", "1, 2", "1 1", "..", "2/../1"])
def test_another_value_is_400(proxy, value):
    assert_error(proxy.ask("GET", "/streams", [(HEADER, value)]), 400, 11076)
    assert proxy.origin.requests == []


def test_it_holds_for_one_request(proxy):
    with proxy.connect() as connection:
        for version in ("2", None, "2", None):
            field = [(HEADER, version)] if version else []
            connection.ask("GET", "/6/plugins/luna-streams/streams", [proxy.credentials, *field])
            connection.read_answer()
    targets = [request.target for request in proxy.origin.requests]
    assert targets == ["/2/streams", "/1/streams", "/2/streams", "/1/streams"]


@pytest.mark.parametrize(
    "suffix, api_version, base, prefix",
    [
        ("", 1, "", "/1"),
        ("/", 1, "", "/1"),
        ("/1", 1, "", "/1"),
        ("/1/", 1, "", "/1"),
        ("", 2, "", "/2"),
        ("/2", 2, "", "/2"),
        ("/base", 1, "/base", "/base/1"),
        ("/base/1", 1, "/base", "/base/1"),
        ("/base/2/", 2, "/base", "/base/2"),
    ],
)
def test_an_origin_is_normalised(start_proxy, suffix, api_version, base, prefix):
    origin = EchoOrigin()
    proxy = start_proxy(origin, address={"origin": origin.url + suffix, "api_version": api_version})
    for path in ("/version", "/docs/spec", "/streams", f"/streams/{STREAM}"):
        assert proxy.ask("GET", path).status == 200
    targets = [request.target for request in origin.requests]
    assert targets == [f"{base}/version", f"{prefix}/docs/spec", f"{prefix}/streams", f"{prefix}/streams/{STREAM}"]
