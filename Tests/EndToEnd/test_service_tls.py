"""Luna-Streams and Luna-Accounts over https: who vouches for them, and what they are shown."""

from __future__ import annotations

import json
import ssl
import subprocess

import pytest

from certificates import Authority, openssl
from origins import AccountsServiceOrigin, BigOrigin, EchoOrigin, LiveOrigin
from origins.big import blocks, checksum
from origins.tls import over_tls
from proxy_process import EXECUTABLE, MemoryWatch, run_command, settings
from vocabulary import LIVE, assert_error, route
from wire import Connection, request_bytes

PASSPHRASE = "canary-passphrase-of-a-service-20bd"


def server_context(certificate, clients=None, version=None) -> ssl.SSLContext:
    """An origin's: `clients` is the root of those whose certificates it asks for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients)
    if version:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
    return context


def trusting(authority, **members) -> "dict[str, dict]":
    return {"luna-streams-tls": {"tls_ca": str(authority.root), **members}}


@pytest.fixture
def secure(start_proxy, authority, certificate):
    """A proxy before an origin over TLS, of the kind and with the arguments that are wanted."""

    def start(kind, *arguments, context=None, plugin=None, **changes):
        origin = over_tls(kind)(context or server_context(certificate), *arguments)
        return start_proxy(origin, plugin=trusting(authority) if plugin is None else plugin, **changes)

    return start


def test_an_origin_that_the_own_authority_vouches_for(secure):
    proxy = secure(EchoOrigin)
    with proxy.connect() as connection:
        for number in range(20):
            connection.ask("GET", route(f"/streams?n={number}"), [proxy.credentials])
            assert connection.read_answer().json()["target"] == f"/1/streams?n={number}"
    assert len({request.connection for request in proxy.origin.requests}) == 1, "the connection is kept"


def test_content_is_whole_and_fills_no_memory_both_ways(secure):
    """64 MiB down to a slow reader and 64 MiB up to a slow origin."""
    proxy = secure(BigOrigin, 64, workers=1)
    with MemoryWatch(proxy) as watch, proxy.connect(receive_buffer=4096) as connection:
        connection.ask("GET", route("/streams"), [proxy.credentials])
        head, _ = connection.read_final_head()
        assert checksum(connection.content(head).pieces()) == checksum(blocks(64))
    assert watch.growth < 8 << 20, f"{watch.growth >> 10} KiB down"
    origin = secure(EchoOrigin, workers=1)
    content = bytes(range(256)) * 4096 * 8
    with MemoryWatch(origin) as watch, origin.connect() as connection:
        fields = [origin.credentials, ("Content-Length", str(len(content)))]
        connection.send(request_bytes("POST", route("/streams"), fields))
        connection.send(content)
        assert connection.read_answer("POST").status == 200
    assert origin.origin.requests[-1].content == content
    assert watch.growth < 8 << 20, f"{watch.growth >> 10} KiB up"


def test_by_tls_on_both_sides(secure, certificate):
    proxy = secure(BigOrigin, 8, TLS=certificate.settings)
    answer = proxy.ask("GET", "/streams")
    assert checksum(iter([answer.content])) == checksum(blocks(8))


def test_a_live_preview(secure):
    proxy = secure(LiveOrigin)
    with proxy.connect() as connection:
        connection.ask("GET", route(LIVE), [proxy.credentials])
        head, _ = connection.read_final_head()
        assert head.status == 200
        connection.close()
        proxy.origin.wait_for_cut()


def test_an_origin_of_another_authority(secure, tmp_path):
    other = Authority(tmp_path, "others")
    proxy = secure(EchoOrigin, context=server_context(other.issue()))
    assert_error(proxy.ask("GET", "/streams"), 502, 14)
    assert proxy.origin.requests == []


def test_an_origin_of_another_name(secure, authority):
    proxy = secure(EchoOrigin, context=server_context(authority.issue("elsewhere", names="DNS:elsewhere.example")))
    assert_error(proxy.ask("GET", "/streams"), 502, 14)


def test_an_origin_that_has_expired(secure, authority):
    proxy = secure(EchoOrigin, context=server_context(authority.issue("stale", days=-1)))
    assert_error(proxy.ask("GET", "/streams"), 502, 14)


def test_an_origin_of_an_old_version(secure, authority, certificate):
    old = server_context(certificate, version=ssl.TLSVersion.TLSv1_1)
    assert_error(secure(EchoOrigin, context=old).ask("GET", "/streams"), 502, 13)


@pytest.mark.parametrize("way", ["plain", "passphrase", "passphrase file"])
def test_a_certificate_of_our_own(secure, authority, certificate, tmp_path, way):
    own = authority.issue("client", usage="clientAuth", passphrase=None if way == "plain" else PASSPHRASE)
    members = own.settings
    if way == "passphrase":
        members["tls_key_pass"] = PASSPHRASE
    if way == "passphrase file":
        (tmp_path / "pass").write_text(PASSPHRASE)
        members["tls_key_pass_file"] = str(tmp_path / "pass")
    context = server_context(certificate, clients=authority.root)
    proxy = secure(EchoOrigin, context=context, plugin=trusting(authority, **members))
    assert proxy.ask("GET", "/streams").status == 200
    assert PASSPHRASE not in proxy.text


def test_no_certificate_where_one_is_asked_for(secure, authority, certificate):
    """By TLS 1.3 we learn of it only when we read."""
    proxy = secure(EchoOrigin, context=server_context(certificate, clients=authority.root))
    assert_error(proxy.ask("GET", "/streams"), 502, 10, 13)
    assert proxy.origin.requests == []


def test_questions_of_our_own_go_the_same_way(secure, authority, certificate, accounts):
    """Whose a stream is."""
    proxy = secure(EchoOrigin, isolation=1)
    answer = proxy.ask("GET", "/streams/b3cd1fbc-7a1f-4a3e-9a63-21d3a6b6f9a1", credentials=accounts.ann.basic)
    assert any("/1/streams/" in request.target for request in proxy.origin.requests)
    assert answer.status != 504 and answer.code not in (13, 14)


def test_luna_accounts(start_proxy, accounts, authority, certificate, tmp_path):
    service = over_tls(AccountsServiceOrigin)(server_context(certificate)).start()
    try:
        changes = {
            "ADDITIONAL_SERVICES_USAGE": {"LUNA_ACCOUNTS": 1},
            "LUNA_ACCOUNTS_ADDRESS": {"origin": service.url, "api_version": 1},
        }
        token = ("Authorization", "Bearer canary.token-of_luna~accounts.41ab")
        account = accounts.ann.account_id
        service.knows(token, account_id=account, account_type="user", permissions={"streams": ["view"]})
        proxy = start_proxy(EchoOrigin(), LUNA_ACCOUNTS_TLS={"tls_ca": str(authority.root)}, **changes)
        assert proxy.ask("GET", "/streams", credentials=token).status == 200
        other = Authority(tmp_path, "others")
        distrusting = start_proxy(EchoOrigin(), LUNA_ACCOUNTS_TLS={"tls_ca": str(other.root)}, **changes)
        assert_error(distrusting.ask("GET", "/streams", credentials=token), 503, 16)
    finally:
        service.close()


def test_the_probe_goes_the_same_way(authority, certificate, tmp_path):
    origin = over_tls(EchoOrigin)(server_context(certificate)).start()
    try:
        for plugin, code in ((trusting(authority), 0), ({}, 69)):
            (tmp_path / "config.json").write_text(json.dumps(settings(origin.url, plugin=plugin)))
            done = run_command("check", "--probe", "--config", tmp_path / "config.json")
            assert done.returncode == code, done.stdout
            assert ("its certificate is not valid" in done.stdout) == (code == 69)
    finally:
        origin.close()


def test_the_own_authority_stands_alone(accounts, authority, certificate, tmp_path):
    """Where one is set, those that the system trusts count for nothing; neither their file nor their folder."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        pytest.skip("no mount namespace may be made here")
    other = Authority(tmp_path, "others")
    system = tmp_path / "system"
    system.mkdir()
    for name in ("root.pem", "ca-certificates.crt"):
        (system / name).write_text(authority.root.read_text())
    openssl("rehash", system)
    origin = over_tls(EchoOrigin)(server_context(certificate)).start()
    accounts.copy(tmp_path)
    try:
        for plugin, status in (({}, 200), (trusting(other), 502)):
            (tmp_path / "config.json").write_text(json.dumps(settings(origin.url, plugin=plugin)))
            script = 'mount --bind "$1" /etc/ssl/certs && exec "$2" run --config "$3" --port 0 --workers 1'
            words = ["unshare", "-m", "sh", "-c", script, "sh", str(system), str(EXECUTABLE)]
            process = subprocess.Popen([*words, str(tmp_path / "config.json")], stdout=subprocess.PIPE, text=True)
            try:
                port = int(process.stdout.readline().rpartition(":")[2])
                with Connection(("127.0.0.1", port)) as connection:
                    connection.ask("GET", route("/version"))
                    assert connection.read_answer().status == status
            finally:
                process.terminate()
                process.wait(10)
                process.stdout.close()
    finally:
        origin.close()


def test_problems_have_their_place(authority, certificate, tmp_path):
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    other = authority.issue("foreign")
    locked = authority.issue("locked-client", passphrase=PASSPHRASE)
    cases = [
        ({"tls_ca": "absent.pem"}, "tls_ca", "there is no such file"),
        ({"tls_ca": str(other.key)}, "tls_ca", "holds no certificate"),
        ({"tls_ca": str(broken)}, "tls_ca", "holds a certificate that can't be read"),
        ({**certificate.settings, "tls_key": str(other.key)}, "tls_key", "is not the key of the certificate"),
        (locked.settings, "tls_key", "is encrypted; its passphrase is missing"),
        ({**locked.settings, "tls_key_pass": PASSPHRASE + "!"}, "tls_key", "is not opened by the passphrase"),
        ({"tls_cert": str(certificate.chain)}, "tls_key", "holds no private key in PEM"),
    ]
    for tls, member, sentence in cases:
        for section in ("luna-streams-tls", "LUNA_ACCOUNTS_TLS"):
            changes = {"plugin": {section: tls}} if section[0] == "l" else {section: tls}
            (tmp_path / "config.json").write_text(json.dumps(settings("https://127.0.0.1:1", **changes), indent=1))
            done = run_command("check", "--config", tmp_path / "config.json")
            assert done.returncode == 78, (tls, done)
            line = done.stderr.splitlines()[0]
            assert f"{section}.{member}: found " in line and f"; {sentence}" in line, line
            assert line.split(":")[1].isdigit() and line.split(":")[2].isdigit()
            assert PASSPHRASE not in done.stderr
    (tmp_path / "config.json").write_text(json.dumps(settings("https://127.0.0.1:1", plugin={"luna-streams-tls": {"tls_c": ""}})))
    done = run_command("check", "--config", tmp_path / "config.json")
    assert 'luna-streams-tls.tls_c: unknown setting; did you mean "tls_ca"?' in done.stderr
