"""Luna-Streams over https, with a certificate that the system trusts: the same as without, both ways."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from accounts import bearer
from origins.tls import SelfSignedOrigin
from proxy_process import EXECUTABLE, settings
from vocabulary import route
from wire import Connection, request_bytes

SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


@pytest.fixture
def trusting(accounts, tmp_path):
    """A proxy that sees the origin's certificate among the system's: in a mount namespace of its own."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        pytest.skip("no mount namespace may be made here")
    origin = SelfSignedOrigin(tmp_path)
    origin.start()
    accounts.copy(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(settings(origin.url)))
    with open(SYSTEM_BUNDLE) as system:
        (tmp_path / "bundle.crt").write_text(system.read() + (tmp_path / "certificate.pem").read_text())
    script = 'mount --bind "$1" "$2" && exec "$3" run --config "$4" --port 0 --workers 1'
    words = ["unshare", "-m", "sh", "-c", script, "sh", str(tmp_path / "bundle.crt"), SYSTEM_BUNDLE]
    process = subprocess.Popen(
        [*words, str(EXECUTABLE), str(tmp_path / "config.json")], stdout=subprocess.PIPE, text=True
    )
    try:
        port = int(re.search(r":(\d+)$", process.stdout.readline()).group(1))
        yield ("127.0.0.1", port), origin
    finally:
        process.terminate()
        process.wait(10)
        origin.close()


def test_calls_and_uploads_over_tls(trusting, accounts):
    address, origin = trusting
    token = bearer(accounts.root.tokens["all"])
    with Connection(address, 10, 0) as connection:
        for number in range(5):
            connection.ask("GET", route(f"/streams?n={number}"), [token])
            assert connection.read_answer().json()["target"] == f"/1/streams?n={number}"
        assert len({request.connection for request in origin.requests}) == 1, "the connection is kept"
        # More than a TLS record, and more than is read in one turn: what TLS holds back must come through.
        content = b"0123456789abcdef" * 65536
        connection.send(request_bytes("POST", route("/streams"), [token, ("Content-Length", str(len(content)))]))
        connection.send(content)
        assert connection.read_answer("POST").status == 200
        assert origin.requests[-1].content == content
        # An answer of more than one record.
        connection.ask("GET", route("/streams"), [token, ("X-Long", "y" * 25_000)])
        assert ["X-Long", "y" * 25_000] in connection.read_answer().json()["fields"]
