"""Certificates made by the `openssl` command while the tests run: no key lies in the repository."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

RSA = ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
SHORT_RSA = ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024")
EC = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")


def openssl(*arguments: "str | Path") -> str:
    """Runs `openssl` to its end and gives what it printed."""
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"openssl {arguments[0]}: {done.stderr}"
    return done.stdout


@dataclass
class Certificate:
    """A certificate with those that issued it, and its key, in two files."""

    chain: Path
    key: Path

    @property
    def settings(self) -> "dict[str, str]":
        """The section `TLS` that names them."""
        return {"tls_cert": str(self.chain), "tls_key": str(self.key)}


class Authority:
    """A certificate authority of its own, with an intermediate one that issues."""

    def __init__(self, folder: Path, name: str = "tests") -> None:
        self.folder = folder
        self.root = folder / "root.pem"
        self._root_key = self._make_key("root", EC)
        openssl("req", "-x509", "-key", self._root_key, "-out", self.root, "-days", "2", "-subj", f"/CN={name} root")
        self._issuer = self._sign("issuer", f"{name} issuer", self.root, self._root_key, EC, "CA:TRUE", "", 2)

    def issue(
        self,
        name: str = "server",
        kind: "tuple[str, ...]" = EC,
        days: int = 2,
        passphrase: "str | None" = None,
        usage: str = "serverAuth",
        names: str = "IP:127.0.0.1,DNS:localhost",
    ) -> Certificate:
        """A certificate for this machine; with negative days it has expired. A passphrase encrypts its key."""
        extensions = f"subjectAltName={names}\nextendedKeyUsage={usage}"
        made = self._sign(name, name, self._issuer.chain, self._issuer.key, kind, "CA:FALSE", extensions, days)
        made.chain.write_text(made.chain.read_text() + self._issuer.chain.read_text())
        if passphrase is not None:
            key = self.folder / f"{name}.encrypted.key"
            openssl("pkey", "-in", made.key, "-aes256", "-passout", f"pass:{passphrase}", "-out", key)
            made.key = key
        return made

    def _make_key(self, name: str, kind: "tuple[str, ...]") -> Path:
        key = self.folder / f"{name}.key"
        openssl("genpkey", *kind, "-out", key)
        key.chmod(0o600)
        return key

    def _sign(
        self, name: str, subject: str, issuer: Path, issuer_key: Path, kind: "tuple[str, ...]", basic: str,
        extensions: str, days: int,
    ) -> Certificate:
        key = self._make_key(name, kind)
        request, made, rules = (self.folder / f"{name}.{kind}" for kind in ("csr", "pem", "ext"))
        rules.write_text(f"basicConstraints=critical,{basic}\n{extensions}\n")
        openssl("req", "-new", "-key", key, "-out", request, "-subj", f"/CN={subject}")
        openssl(
            "x509", "-req", "-in", request, "-CA", issuer, "-CAkey", issuer_key, "-out", made, "-extfile", rules,
            "-days", str(days), "-set_serial", str(abs(hash((name, days))) + 1),
        )
        return Certificate(made, key)
