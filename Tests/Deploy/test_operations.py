"""docs/operations.md: what it promises is so, and nothing that can go wrong is left out."""

from __future__ import annotations

import json
import re

from accounts import basic
from conftest import REPOSITORY
from proxy_process import ProxyProcess, settings

RUNBOOK = (REPOSITORY / "docs/operations.md").read_text()


def test_every_setting_it_names_exists():
    """Or it is a word of the log or the metrics, and stands in the source as one."""
    readme = (REPOSITORY / "README.md").read_text()
    source = "".join(path.read_text() for path in (REPOSITORY / "Sources").rglob("*.swift"))
    named = set(re.findall(r"`\.?([a-z]+(?:_[a-z]+)+)`", RUNBOOK))
    assert len(named) > 20
    unknown = {name for name in named if f"`{name}`" not in readme and f"`.{name}`" not in readme}
    prefix = "streams_proxy_"
    assert {name for name in unknown if f'"{name.removeprefix(prefix)}' not in source} == set()


def test_tokens_are_read_but_not_changed_where_the_accounts_file_is_read_only(accounts, tmp_path):
    accounts.copy(tmp_path)
    # Who runs the tests may be root, whom no mode stops; a folder in the lock's place stops everybody.
    lock = tmp_path / "accounts.json.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    (tmp_path / "config.json").write_text(json.dumps(settings("http://127.0.0.1:9")))
    proxy = ProxyProcess(tmp_path, workers=1)
    try:

        def ask(method: str, path: str, content: "bytes | None" = None):
            with proxy.connect() as connection:
                fields = [basic(accounts.ann.login, accounts.ann.password), ("Content-Type", "application/json")]
                connection.ask(method, path, fields, content)
                return connection.read_answer()

        listed = ask("GET", "/6/tokens")
        assert listed.status == 200 and listed.json()["tokens"]
        made = ask("POST", "/6/tokens", b'{"permissions": {"streams": ["view"]}, "expiration_time": null}')
        assert (made.status, made.json()["error_code"]) == (500, 11042)
        gone = ask("DELETE", f"/6/tokens/{listed.json()['tokens'][0]['token_id']}")
        assert (gone.status, gone.json()["error_code"]) == (500, 11042)
        assert ask("GET", "/6/tokens").json() == listed.json()
    finally:
        proxy.stop()
    assert "accounts.json.lock cannot be had" in proxy.text
