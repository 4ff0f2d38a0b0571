"""The Luna-Streams proxy itself, with everything on: decision cache, account separation, access log, request ids."""

import json
import re
import time
from pathlib import Path

from ..credentials import Credentials
from ..readiness import last_lines
from ..scratch import Scratch
from .peer import Peer, Unavailable

ACCOUNTS = "ours-accounts.json"


def write_config(scratch: Scratch, name: str, upstream_port: int, logs: bool = True) -> Path:
    """Every start shares the accounts file, whose accounts the credentials name."""
    config = scratch / name
    config.write_text(json.dumps({
        "LUNA_API_HTTP_SETTINGS": {"request_timeout": 600, "keep_alive_timeout": 3600, "request_max_size": 1 << 30},
        "LUNA_API_ACTIVE_PLUGINS": ["luna-streams"],
        "LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {
            "luna-streams-address": {"origin": f"http://127.0.0.1:{upstream_port}/1", "api_version": 1},
            "luna-streams-timeouts": {"request": 600, "connect": 5},
            # No peer keeps accounts apart; and with it on, what creates a stream may have 1 MiB, not 32.
            "account-isolation": 0,
        }},
        "LUNA_API_LOGGER": {"LOG_TO_STDOUT": int(logs)},
        "LUNA_SERVICE_METRICS": {"ENABLED": 1},
        # All clients of a benchmark have one address.
        "LIMITS": {"connections": 20000, "connections_per_address": 0},
        "CONFIG_AUTHORIZATION_USERS": ACCOUNTS,
    }))
    return config


def create_credentials(scratch: Scratch, binary: Path, count: int) -> Credentials:
    return Credentials.create(binary, write_config(scratch, "ours-accounts-config.json", 1), count)


class Ours(Peer):
    """`binary` may be another build, so that two of ours can be compared in one run."""

    name = "ours"
    binary: Path | None = None

    def command(self) -> list[str]:
        if self.binary is None or not self.binary.exists():
            raise Unavailable("the proxy is not built (swift build -c release --product streams-proxy)")
        self.log = self.output
        config = write_config(self.around.scratch, f"{self.name}.json", self.upstream_port, self.variant.logs)
        return [str(self.binary), "run", "--config", str(config), "--port", "0", "--workers", "1"]

    def wait_until_ready(self) -> None:
        # It chooses its port itself and prints it.
        assert self.process is not None
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.is_running:
            found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", self.output.read_text(errors="replace"))
            if found:
                self.port = int(found.group(1))
                return
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} does not listen: {last_lines(self.output)}")


def variant_of_ours(name: str, binary: Path) -> type[Ours]:
    return type(name.capitalize(), (Ours,), {"name": name, "binary": binary.resolve()})
