"""nginx: the token looked up in a map, the log buffered, connections to the backend kept."""

from ..backend import server_user
from ..machine import find_program
from .peer import Peer, Unavailable


class Nginx(Peer):
    name = "nginx"

    def command(self) -> list[str]:
        program = find_program("nginx")
        if program is None:
            raise Unavailable("nginx is not installed")
        scratch, credentials = self.around.scratch, self.around.credentials
        entries = [f'    "Bearer {token}" "{credentials.account}";' for token in credentials.tokens]
        size = 1 << (max(len(entry) for entry in entries) + 64).bit_length()
        (scratch / "nginx-tokens.map").write_text("\n".join([
            f"map_hash_bucket_size {size};", f"map_hash_max_size {max(2048, 8 * len(entries))};",
            "map $http_authorization $account {", '    default "";', *entries, "}", ""]))
        (scratch / "nginx-tokens.map").chmod(0o600)
        config = scratch.render(
            "nginx.conf", "nginx.conf", PORT=self.port, UPSTREAM=self.upstream_port, USER=server_user(),
            ACCESS_LOG=f"{self.log} access buffer=64k flush=1s" if self.variant.logs else "off",
            MASTER="off" if self.variant.single else "on", BUFFERING="off" if self.variant.live else "on")
        return [program, "-e", str(scratch / "nginx-error.log"), "-c", str(config)]
