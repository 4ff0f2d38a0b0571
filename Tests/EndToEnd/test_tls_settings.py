"""Certificate, key and passphrase: what `check` and `run` say of them, and that the passphrase is said nowhere."""

from __future__ import annotations

import json
import re
import signal
import socket
import ssl
from pathlib import Path

import pytest

from certificates import EC, RSA, SHORT_RSA, Authority
from origins import EchoOrigin
from proxy_process import run_command, settings
from tls_socket import TLSSocket
from vocabulary import route
from wire import eventually

PASSPHRASE = "canary-passphrase-5d1c"


def written(folder: Path, tls: "dict | None") -> Path:
    """A settings file with that section `TLS`."""
    path = folder / "config.json"
    path.write_text(json.dumps(settings("http://127.0.0.1:5160", **({"TLS": tls} if tls is not None else {}))))
    return path


def outcome(folder: Path, tls: "dict | None", *options: str) -> "tuple[int, list[str]]":
    """The exit code and the lines on standard error of `check`; where it is 78, `run` says the same."""
    config = written(folder, tls)
    checked = run_command("check", "--config", config, *options)
    assert PASSPHRASE not in checked.stdout + checked.stderr
    lines = checked.stderr.splitlines()
    if checked.returncode == 78:
        ran = run_command("run", "--config", config, "--port", "0", *options)
        assert re.fullmatch(r"[12] problems?", lines.pop())
        assert (ran.returncode, ran.stderr.splitlines()) == (78, lines)
    return checked.returncode, lines


@pytest.mark.parametrize("kind", [EC, RSA])
def test_a_good_certificate(authority, tmp_path, kind):
    made = authority.issue(f"good-{kind[1]}", kind)
    assert outcome(tmp_path, made.settings) == (0, [])
    checked = run_command("check", "--config", tmp_path / "config.json", "--port", "8443")
    assert "https://127.0.0.1:8443" in checked.stdout
    assert re.search(rf"certificate of CN=good-{kind[1]}, for .*, until 20", checked.stdout), checked.stdout


def test_one_file_for_both_beside_the_settings(authority, tmp_path):
    made = authority.issue("both")
    both = tmp_path / "both.pem"
    both.write_text(made.key.read_text() + made.chain.read_text())
    both.chmod(0o600)
    assert outcome(tmp_path, {"tls_cert": "both.pem"}) == (0, [])


def problems(authority: Authority, folder: Path) -> "dict[str, tuple[dict, str, str]]":
    """Settings, the file that is blamed (by its place in them), and what of it."""
    good, other = authority.issue(), authority.issue("other")
    weak = authority.issue("weak", SHORT_RSA)
    locked = authority.issue("locked", passphrase=PASSPHRASE)
    none, broken, long, empty = (folder / name for name in ("none.pem", "broken.pem", "long.pem", "empty"))
    none.write_text("nothing to see here\n")
    broken.write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    (folder / "broken.key").write_text("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n")
    (folder / "broken.key").chmod(0o600)
    half = folder / "half.pem"
    half.write_text(good.chain.read_text() + broken.read_text())
    long.write_text("#" * (1 << 19))
    empty.write_text("\nsecond line\n")
    empty.chmod(0o600)
    wrong = {**locked.settings, "tls_key_pass": PASSPHRASE + "x"}
    return {
        "no such certificate": ({**good.settings, "tls_cert": "absent.pem"}, "tls_cert", "there is no such file"),
        "no such key": ({**good.settings, "tls_key": "absent.pem"}, "tls_key", "there is no such file"),
        "a folder": ({**good.settings, "tls_key": "."}, "tls_key", "must be a regular file of at most 256 KiB"),
        "too long": ({**good.settings, "tls_cert": str(long)}, "tls_cert", "must be a regular file of at most 256 KiB"),
        "no certificate": ({**good.settings, "tls_cert": str(none)}, "tls_cert", "holds no certificate; must be"),
        "a key for a certificate": ({"tls_cert": str(good.key)}, "tls_cert", "holds no certificate; must be"),
        "no PEM": ({**good.settings, "tls_cert": str(broken)}, "tls_cert", "holds a certificate that can't be read"),
        "a chain cut": ({**good.settings, "tls_cert": str(half)}, "tls_cert", "holds a certificate that can't be read"),
        "a short key": (weak.settings, "tls_cert", "holds a certificate that clients would refuse"),
        "no key": ({"tls_cert": str(good.chain)}, "tls_key", "holds no private key in PEM"),
        "a broken key": (
            {**good.settings, "tls_key": str(folder / "broken.key")}, "tls_key", "holds a private key that can't be read"
        ),
        "another's key": ({**good.settings, "tls_key": str(other.key)}, "tls_key", "is not the key of the certificate"),
        "no passphrase": (locked.settings, "tls_key", "is encrypted; its passphrase is missing"),
        "a wrong passphrase": (wrong, "tls_key", "is not opened by the passphrase that was given"),
        "no passphrase file": (
            {**locked.settings, "tls_key_pass_file": "absent"}, "tls_key_pass_file", "there is no such file"
        ),
        "an empty passphrase file": (
            {**locked.settings, "tls_key_pass_file": str(empty)}, "tls_key_pass_file", "must begin with a line of 1 to"
        ),
    }


def test_problems_name_the_file_and_what_is_wrong(authority, tmp_path):
    for name, (tls, member, sentence) in problems(authority, tmp_path).items():
        code, lines = outcome(tmp_path, tls)
        assert code == 78 and len(lines) == 1, (name, lines)
        blamed = tls.get(member) or tls["tls_cert"]
        file = blamed if blamed.startswith("/") else str(tmp_path / blamed).removesuffix("/.")
        assert lines[0].startswith(f"{file}: {member}: {sentence}"), (name, lines)


@pytest.mark.parametrize(
    "tls, line",
    [
        ({}, "TLS.tls_cert: missing; the certificate that clients are shown"),
        ([], "TLS: found an empty array; must be an object"),
        ({"tls_cert": 5}, "TLS.tls_cert: found 5; must be the path of a file"),
        ({"tls_cert": "a/"}, 'TLS.tls_cert: found "a/"; must be the path of a file'),
        ({"tls_cert": "a", "tls_kee": "b"}, 'TLS.tls_kee: unknown setting; did you mean "tls_key"?'),
        ({"tls_cert": "a", "tls_key_pass": 5}, "TLS.tls_key_pass: found a number; must be a string of 1 to 1023 bytes"),
        (
            {"tls_cert": "a", "tls_key_pass": PASSPHRASE * 50},
            "TLS.tls_key_pass: found a string; must be a string of 1 to 1023 bytes",
        ),
        (
            {"tls_cert": "a", "tls_key_pass": PASSPHRASE, "tls_key_pass_file": "f"},
            'TLS.tls_key_pass_file: must not be set beside "tls_key_pass": there is one passphrase',
        ),
    ],
)
def test_settings_that_break_a_rule(tmp_path, tls, line):
    code, lines = outcome(tmp_path, tls)
    assert code == 78
    (own,) = [one for one in lines if one.startswith(f"{tmp_path}/config.json:1:")]
    assert own.endswith(line), lines
    # The files are not there, and that is told as well.
    for name in ("a", "b"):
        named = f"{tmp_path}/{name}: tls_" in "".join(lines)
        assert named == (name == "a" and tls != {} and isinstance(tls, dict) and tls["tls_cert"] == "a"), lines


@pytest.mark.parametrize(
    "change, warning",
    [
        ({"days": -1}, "has expired; clients refuse it"),
        ({"usage": "clientAuth"}, "is not meant for servers, by its extended key usage"),
    ],
)
def test_what_clients_will_stumble_over_is_a_warning(authority, tmp_path, change, warning):
    made = authority.issue("odd", **change)
    assert outcome(tmp_path, made.settings) == (0, [f"warning: {made.chain}: tls_cert: {warning}"])


def test_a_chain_in_disorder_is_a_warning(authority, tmp_path):
    made, other = authority.issue("first"), authority.issue("stranger")
    made.chain.write_text(made.chain.read_text() + other.chain.read_text())
    _, lines = outcome(tmp_path, made.settings)
    assert lines == [f"warning: {made.chain}: tls_cert: is followed by certificates that did not issue the one before them"]


def test_files_that_everybody_may_read_are_a_warning(authority, tmp_path):
    made = authority.issue("open", passphrase=PASSPHRASE)
    made.key.chmod(0o644)
    (tmp_path / "pass").write_text(PASSPHRASE + "\n")
    (tmp_path / "pass").chmod(0o604)
    code, lines = outcome(tmp_path, {**made.settings, "tls_key_pass_file": "pass"})
    assert code == 0
    assert lines == [
        f"warning: {made.key}: tls_key: everybody may read it (mode 644); chmod 600",
        f"warning: {tmp_path}/pass: tls_key_pass_file: everybody may read it (mode 604); chmod 600",
    ]


@pytest.mark.parametrize("way", ["settings", "settings file", "option", "option file", "option file, CR"])
def test_an_encrypted_key(start_proxy, authority, tmp_path, way):
    made = authority.issue("encrypted", passphrase=PASSPHRASE)
    line = tmp_path / "passphrase"
    line.write_text(PASSPHRASE + ("\r\n" if "CR" in way else "\n") + "another line\n")
    line.chmod(0o600)
    options = ("--tls_cert", str(made.chain), "--tls_key", str(made.key))
    if way == "settings":
        proxy = start_proxy(EchoOrigin(), TLS={**made.settings, "tls_key_pass": PASSPHRASE})
    elif way == "settings file":
        proxy = start_proxy(EchoOrigin(), TLS={**made.settings, "tls_key_pass_file": str(line)})
    elif way == "option":
        proxy = start_proxy(EchoOrigin(), arguments=(*options, "--tls_key_pass", PASSPHRASE))
    else:
        proxy = start_proxy(EchoOrigin(), arguments=(*options, "--tls_key_pass_file", str(line)))
    assert proxy.ask("GET", "/streams").status == 200
    assert "listening on https://" in proxy.text
    assert PASSPHRASE not in proxy.text


def test_the_command_line_stands_for_the_whole_section(start_proxy, authority, tmp_path):
    expired, good = authority.issue("expired", days=-1), authority.issue("good")
    proxy = start_proxy(
        EchoOrigin(), arguments=("--tls_cert", str(good.chain), f"--tls_key={good.key}"), TLS=expired.settings
    )
    assert proxy.ask("GET", "/streams").status == 200
    assert "warning" not in proxy.text


def test_an_expired_certificate_still_starts(authority, start_proxy):
    expired = authority.issue("late", days=-1)
    proxy = start_proxy(EchoOrigin(), TLS=expired.settings)
    proxy.await_text(f"warning: {expired.chain}: tls_cert: has expired; clients refuse it\n")
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        proxy.connect()
    proxy.context.check_hostname = False
    proxy.context.verify_mode = ssl.CERT_NONE
    assert proxy.ask("GET", "/streams").status == 200


# MARK: Reload


def common_name(connection) -> str:
    """Of the certificate that the connection was shown."""
    return dict(pair for (pair,) in connection.sock.tls.getpeercert()["subject"])["commonName"]


def install(certificate, folder: Path) -> None:
    """Puts a certificate where the settings look for it."""
    for source, name in ((certificate.chain, "cert.pem"), (certificate.key, "key.pem")):
        (folder / name).write_bytes(source.read_bytes())
        (folder / name).chmod(0o600)


def test_a_reload_shows_the_new_certificate_to_who_comes_then(start_proxy, authority, tmp_path):
    first, second = authority.issue("first"), authority.issue("second")
    install(first, tmp_path)
    proxy = start_proxy(EchoOrigin(), TLS={"tls_cert": str(tmp_path / "cert.pem"), "tls_key": str(tmp_path / "key.pem")})
    with proxy.connect() as old:
        assert common_name(old) == "first"
        install(second, tmp_path)
        proxy.reload()
        for _ in range(8):
            with proxy.connect() as new:
                assert common_name(new) == "second"
        old.ask("GET", route("/streams"), [proxy.credentials])
        assert old.read_answer().status == 200


def test_a_session_outlives_a_reload(start_proxy, authority, tmp_path):
    first, second = authority.issue("first"), authority.issue("second")
    install(first, tmp_path)
    proxy = start_proxy(EchoOrigin(), TLS={"tls_cert": str(tmp_path / "cert.pem"), "tls_key": str(tmp_path / "key.pem")})
    proxy.context.maximum_version = ssl.TLSVersion.TLSv1_2
    with proxy.connect() as old:
        session = old.sock.tls.session
    install(second, tmp_path)
    proxy.reload()
    for _ in range(4):
        with socket.create_connection(proxy.address, 10) as sock:
            assert TLSSocket(sock, proxy.context, session).tls.session_reused


def test_a_bad_certificate_is_refused_and_the_old_one_stays(start_proxy, authority, tmp_path):
    first, second = authority.issue("first"), authority.issue("second")
    install(first, tmp_path)
    proxy = start_proxy(EchoOrigin(), TLS={"tls_cert": str(tmp_path / "cert.pem"), "tls_key": str(tmp_path / "key.pem")})
    (tmp_path / "cert.pem").write_bytes(second.chain.read_bytes())
    proxy.process.send_signal(signal.SIGHUP)
    line = f"{tmp_path}/key.pem: tls_key: is not the key of the certificate\n"
    eventually(lambda: "not reloaded" in proxy.text, 5, "the refusal")
    proxy.await_text(line)
    with proxy.connect() as connection:
        assert common_name(connection) == "first"
