"""Clients by TLS, with the tools that operators have: what is spoken, what is refused, sessions taken up again."""

from __future__ import annotations

import re
import subprocess

import pytest

from origins import EchoOrigin
from vocabulary import route


@pytest.fixture(scope="module")
def secure(start_module_proxy, certificate):
    """Four workers, so that a session is taken up by another than the one that began it."""
    return start_module_proxy(EchoOrigin(), workers=4, TLS=certificate.settings)


def curl(proxy, authority, *options: str) -> "subprocess.CompletedProcess[str]":
    words = ["curl", "-sS", "--cacert", str(authority.root), "-H", ": ".join(proxy.credentials), *options]
    return subprocess.run([*words, f"{proxy.url}/streams"], capture_output=True, text=True, timeout=20)


def s_client(proxy, authority, *options: str, text: str = "") -> str:
    """What `openssl s_client` says when it is given a text to send."""
    words = ["openssl", "s_client", "-connect", f"127.0.0.1:{proxy.address[1]}", "-CAfile", str(authority.root)]
    done = subprocess.run([*words, *options], input=text, capture_output=True, text=True, timeout=20)
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "options, version",
    [
        ([], "TLSv1.3"),
        (["--tlsv1.2", "--tls-max", "1.2"], "TLSv1.2"),
        (["--tlsv1.3"], "TLSv1.3"),
        (["--http1.1"], "TLSv1.3"),
        (["--http2"], "TLSv1.3"),
        (["--no-alpn"], "TLSv1.3"),
        (["--http1.0"], "TLSv1.3"),
    ],
)
def test_curl(secure, authority, options, version):
    done = curl(secure, authority, "-v", *options)
    assert done.returncode == 0, done.stderr
    assert '"target": "/1/streams"' in done.stdout
    assert f"SSL connection using {version}" in done.stderr
    if "--no-alpn" not in options:
        assert re.search(r"server accepted http/1\.[01]", done.stderr)


def test_curl_distrusts_another_authority(secure, authority, tmp_path):
    from certificates import Authority

    done = curl(secure, Authority(tmp_path, "others"))
    assert done.returncode == 60, done.stderr


def test_the_chain_leads_to_the_root(secure, authority):
    said = s_client(secure, authority, "-showcerts")
    assert "Verify return code: 0 (ok)" in said
    assert said.count("BEGIN CERTIFICATE") >= 2
    assert "Secure Renegotiation IS NOT supported" in said or "TLSv1.3" in said
    assert "Compression: NONE" in said


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_old_versions_are_refused(secure, authority, version):
    said = s_client(secure, authority, version, "-cipher", "ALL:@SECLEVEL=0")
    assert "alert protocol version" in said
    assert "Cipher is (NONE)" in said


@pytest.mark.parametrize(
    "cipher",
    ["AES256-SHA", "AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-AES128-SHA256", "DHE-RSA-AES128-SHA"],
)
def test_ciphers_without_forward_secrecy_or_authentication_are_refused(secure, authority, cipher):
    said = s_client(secure, authority, "-tls1_2", "-cipher", f"{cipher}:@SECLEVEL=0")
    assert "handshake failure" in said


@pytest.mark.parametrize(
    "offered, answer",
    [
        ("http/1.1", "ALPN protocol: http/1.1"),
        ("h2,http/1.1", "ALPN protocol: http/1.1"),
        ("http/1.0,http/1.1", "ALPN protocol: http/1.1"),
        ("http/1.0", "ALPN protocol: http/1.0"),
        ("h2", "alert no application protocol"),
        ("spdy/3,h3", "alert no application protocol"),
    ],
)
def test_alpn(secure, authority, offered, answer):
    assert answer in s_client(secure, authority, "-alpn", offered)


def test_sessions_of_tls_1_2_are_taken_up_by_any_worker(secure, authority):
    said = s_client(secure, authority, "-tls1_2", "-reconnect")
    assert len(re.findall(r"^New, TLSv1.2", said, re.M)) == 1
    assert len(re.findall(r"^Reused, TLSv1.2", said, re.M)) == 5


def test_sessions_of_tls_1_3_are_taken_up_by_any_worker(secure, authority, tmp_path):
    session = str(tmp_path / "session.pem")
    request = f"GET {route('/streams')} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    first = s_client(secure, authority, "-tls1_3", "-sess_out", session, "-ign_eof", text=request)
    assert "New, TLSv1.3" in first
    for _ in range(8):
        said = s_client(secure, authority, "-tls1_3", "-sess_in", session, "-ign_eof", text=request)
        assert "Reused, TLSv1.3" in said and "HTTP/1.1 401" in said


def test_renegotiation_is_refused(secure, authority):
    """`R` on a line of its own asks for it. Each would cost a signature."""
    said = s_client(secure, authority, "-tls1_2", text="R\n")
    assert "RENEGOTIATING" in said
    assert "no renegotiation" in said


def test_early_data_is_not_taken(secure, authority):
    """It could be played again by anybody who has seen it."""
    request = f"GET {route('/version')} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    said = s_client(secure, authority, "-tls1_3", "-ign_eof", text=request)
    assert re.findall(r"Max Early Data: ([0-9]+)", said) in (["0"], ["0", "0"])


def test_forwarded_proto_is_https(secure):
    secure.origin.forget()
    assert secure.ask("GET", "/streams", [("X-Forwarded-Proto", "gopher")]).status == 200
    (request,) = secure.origin.requests
    assert request.fields.all("X-Forwarded-Proto") == ["https"]


def test_plain_http_is_told_so(secure):
    """In plain, since such a client understands nothing else."""
    done = subprocess.run(
        ["curl", "-sSi", f"http://127.0.0.1:{secure.address[1]}/version"], capture_output=True, text=True, timeout=20
    )
    assert done.stdout.startswith("HTTP/1.1 400 "), done
    assert "this port speaks HTTPS" in done.stdout
    assert "Connection: close" in done.stdout
