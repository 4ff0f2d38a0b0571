"""--config-reload looks at the certificates and keys that the settings name, too: renewed ones are in force by themselves."""

from __future__ import annotations

import pytest

from accounts import bearer
from certificates import Authority
from origins import EchoOrigin
from origins.tls import over_tls
from test_service_tls import server_context
from test_tls_settings import common_name, install
from test_token_issuers import Keys, claims
from vocabulary import assert_error
from wire import eventually

FOLLOWING = ("--config-reload", "--pulling-time", "1")


@pytest.fixture
def pair(authority):
    return authority.issue("first"), authority.issue("second")


def shown(proxy) -> str:
    """The name in the certificate that the next client is shown."""
    with proxy.connect() as connection:
        return common_name(connection)


def replace(file, other) -> None:
    """The file has the other's content, all at once."""
    draft = file.with_suffix(".draft")
    draft.write_bytes(other.read_bytes())
    draft.chmod(0o600)
    draft.rename(file)


def tls(folder) -> "dict[str, dict[str, str]]":
    return {"TLS": {"tls_cert": str(folder / "cert.pem"), "tls_key": str(folder / "key.pem")}}


def test_a_renewed_certificate_is_shown(start_proxy, pair, tmp_path):
    install(pair[0], tmp_path)
    proxy = start_proxy(EchoOrigin(), arguments=FOLLOWING, **tls(tmp_path))
    with proxy.connect() as old:
        assert common_name(old) == "first"
        install(pair[1], tmp_path)
        eventually(lambda: shown(proxy) == "second", what="the new certificate")
        # Who is connected goes on.
        old.ask("OPTIONS", "/version")
        assert old.read_answer().status == 204
    # And back, for it is looked at again and again.
    install(pair[0], tmp_path)
    eventually(lambda: shown(proxy) == "first", what="the certificate before")
    eventually(lambda: proxy.told.count(": reloaded") >= 2, what="both to be told")


def test_half_a_pair_is_told_once_and_the_other_half_completes_it(start_proxy, pair, tmp_path):
    install(pair[0], tmp_path)
    proxy = start_proxy(EchoOrigin(), arguments=FOLLOWING, **tls(tmp_path))
    replace(tmp_path / "cert.pem", pair[1].chain)
    eventually(lambda: "tls_key: is not the key of the certificate" in proxy.text, what="the refusal")
    assert shown(proxy) == "first"
    replace(tmp_path / "key.pem", pair[1].key)
    eventually(lambda: shown(proxy) == "second", what="the new pair")
    assert proxy.told.count("not reloaded") == 1


def test_files_that_new_settings_name_are_followed(start_proxy, pair, tmp_path):
    """In place of those before."""
    folders = [tmp_path / name for name in ("old", "new")]
    for folder in folders:
        folder.mkdir()
        install(pair[0], folder)
    proxy = start_proxy(EchoOrigin(), arguments=FOLLOWING, **tls(folders[0]))
    proxy.change_settings(**tls(folders[1]))
    proxy.await_text(": reloaded")
    install(pair[1], folders[1])
    eventually(lambda: shown(proxy) == "second", what="the new certificate")


def test_an_authority_that_vouches_for_luna_streams(start_proxy, authority, certificate, tmp_path):
    trusted = tmp_path / "ca.pem"
    trusted.write_bytes(Authority(tmp_path, "others").root.read_bytes())
    proxy = start_proxy(
        over_tls(EchoOrigin)(server_context(certificate)), arguments=FOLLOWING,
        plugin={"luna-streams-tls": {"tls_ca": str(trusted)}},
    )  # fmt: skip
    assert_error(proxy.ask("GET", "/streams"), 502, 14)
    trusted.write_bytes(authority.root.read_bytes())
    eventually(lambda: proxy.ask("GET", "/streams").status == 200, what="the authority to be believed")


def test_the_key_of_an_issuer(start_proxy, tmp_path):
    folders = [tmp_path / name for name in ("before", "after")]
    for folder in folders:
        folder.mkdir()
    before, after = (Keys(folder) for folder in folders)
    issuer = {
        "name": "rsa", "issuer": "https://rsa.example", "algorithm": "RS256", "keys": [{"file": "issuer.pem"}],
        "claims": {"account_id": "https://luna/account", "permissions": "scope"},
    }  # fmt: skip
    proxy = start_proxy(
        EchoOrigin(), arguments=FOLLOWING, TOKEN_ISSUERS=[issuer],
        prepare=lambda folder: (folder / "issuer.pem").write_bytes((folders[0] / "rsa.pem").read_bytes()),
    )  # fmt: skip
    old, new = (bearer(keys.token("rsa", claims("rsa"))) for keys in (before, after))
    assert (proxy.status_for(old), proxy.status_for(new)) == (200, 401)
    (proxy.folder / "issuer.pem").write_bytes((folders[1] / "rsa.pem").read_bytes())
    eventually(lambda: (proxy.status_for(old), proxy.status_for(new)) == (401, 200), what="the new key")
