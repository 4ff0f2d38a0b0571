"""HAProxy: the token looked up in a map, log lines written to its standard output, which is a file."""

from ..machine import find_program
from .peer import Peer, Unavailable


class HAProxy(Peer):
    name = "haproxy"

    def command(self) -> list[str]:
        program = find_program("haproxy")
        if program is None:
            raise Unavailable("HAProxy is not installed")
        self.log = self.output
        scratch, credentials = self.around.scratch, self.around.credentials
        # A space ends a map's key, so the scheme is cut off before the look-up.
        entries = [f"{token} {credentials.account}\n" for token in credentials.tokens]
        (scratch / "haproxy-tokens.map").write_text("".join(entries))
        (scratch / "haproxy-tokens.map").chmod(0o600)
        config = scratch.render(
            "haproxy.cfg", "haproxy.cfg", PORT=self.port, UPSTREAM=self.upstream_port,
            LOG="log stdout format raw local0 info" if self.variant.logs else "# no log")
        return [program, "-db", "-f", str(config)]
