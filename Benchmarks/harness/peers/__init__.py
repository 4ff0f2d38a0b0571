"""The proxies under test, by name."""

from pathlib import Path

from .direct import Direct
from .envoy import Envoy, envoy_version
from .haproxy import HAProxy
from .nginx import Nginx
from .ours import Ours, create_credentials, variant_of_ours
from .peer import Peer, Surroundings, Unavailable, Variant
from .relay import Relay, RingRelay

__all__ = ["Peer", "Surroundings", "Unavailable", "Variant", "catalogue", "create_credentials", "envoy_version"]

NAMES = ("ours", "nginx", "haproxy", "envoy")
#: What is measured beside them, only as a yardstick.
YARDSTICKS = (Direct.name, Relay.name, RingRelay.name)


def catalogue(binary: Path, baseline: Path | None) -> dict[str, type[Peer]]:
    """`baseline` is another build of ours, measured beside the one in question."""
    found: dict[str, type[Peer]] = {"ours": variant_of_ours("ours", binary)}
    if baseline is not None:
        found["baseline"] = variant_of_ours("baseline", baseline)
    return found | {"nginx": Nginx, "haproxy": HAProxy, "envoy": Envoy} | {
        kind.name: kind for kind in (Direct, Relay, RingRelay)}
