"""Who asks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Mapping


@dataclass(frozen=True)
class Principal:
    """Whom the proxy authenticated. The proxy sets the fields this is read from, and drops a client's own."""

    account_id: str
    #: `user`, `advanced_user` or `admin`.
    account_type: str | None = None
    #: Known only where the proxy tells it.
    login: str | None = None
    #: The token's id, if the request came with a token.
    token_id: str | None = None
    #: The token's permissions, such as {"streams": ["view"]}; None without a token: then nothing is restricted.
    permissions: dict[str, Any] | None = field(default=None, hash=False)

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> Principal | None:
        """From the fields of a request; None where the plugin's routes need no credentials and none came."""
        account_id = headers.get("Luna-Account-Id")
        if account_id is None:
            return None
        permissions = headers.get("Luna-Token-Permissions")
        return cls(
            account_id=account_id,
            account_type=headers.get("Luna-Account-Type"),
            login=headers.get("Luna-Account-Login"),
            token_id=headers.get("Luna-Token-Id"),
            permissions=None if permissions is None else json.loads(permissions),
        )
