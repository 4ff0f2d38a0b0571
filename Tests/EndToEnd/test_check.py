"""`check` does what `run` does before it listens: it sees the same problems, with the same exit status, all at once."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from accounts import create_account
from origins import EchoOrigin
from proxy_process import EXECUTABLE, run_command, settings


def both(folder, **changes) -> "list[subprocess.CompletedProcess[str]]":
    """What `check` and `run` say of these settings, which `run` can't start with."""
    file = folder / "config.json"
    file.write_text(json.dumps(settings("http://127.0.0.1:9", **changes)))
    return [
        run_command("check", "--config", file),
        run_command("run", "--config", file, "--port", "0"),
    ]


def problems(done) -> "list[str]":
    return [line for line in done.stderr.splitlines() if ": " in line and not line.startswith("warning")]


def assert_alike(done, status: int, *texts: str) -> None:
    checked, run = done
    assert (checked.returncode, run.returncode) == (status, status), (checked.stderr, run.stderr)
    for text in texts:
        assert text in checked.stderr and text in run.stderr, (text, checked.stderr, run.stderr)


def test_a_broken_accounts_file(tmp_path):
    (tmp_path / "accounts.json").write_text('{"accounts": []}')
    (tmp_path / "accounts.json").chmod(0o600)
    done = both(tmp_path)
    assert_alike(done, 78, "version: is missing", "signing_key: is missing", "tokens: is missing")
    assert problems(done[0]) == problems(done[1])
    assert done[0].stderr.splitlines()[-1] == "3 problems"


def test_a_folder_for_the_log_that_is_not_there(accounts, tmp_path):
    accounts.copy(tmp_path)
    absent = tmp_path / "absent"
    done = both(tmp_path, LUNA_API_LOGGER={"LOG_TO_FILE": 1, "FOLDER_WITH_LOGS": str(absent)})
    assert_alike(done, 71, f"open {absent}/streams-proxy.log: No such file or directory")


def test_a_log_that_is_a_folder(accounts, tmp_path):
    accounts.copy(tmp_path)
    (tmp_path / "logs/streams-proxy.log").mkdir(parents=True)
    done = both(tmp_path, LUNA_API_LOGGER={"LOG_TO_FILE": 1, "FOLDER_WITH_LOGS": str(tmp_path / "logs")})
    assert_alike(done, 71, "streams-proxy.log: Is a directory")


def test_a_name_to_listen_on_that_has_no_address(accounts, tmp_path):
    accounts.copy(tmp_path)
    file = tmp_path / "config.json"
    file.write_text(json.dumps(settings("http://127.0.0.1:9")))
    done = [run_command(name, "--config", file, "--host", "no-such-host.invalid") for name in ("check", "run")]
    assert_alike(done, 71, "cannot resolve no-such-host.invalid to listen on")
    assert "No such file" not in done[0].stderr


def test_one_problem_hides_no_other(tmp_path):
    (tmp_path / "accounts.json").write_text("{")
    done = both(
        tmp_path,
        TLS={"tls_cert": "absent.pem", "tls_key": "absent.key", "name": 1},
        LUNA_API_HTTP_SETTINGS={"request_timeout": "abc"},
        LUNA_API_LOGGER={"LOG_TO_FILE": 1, "FOLDER_WITH_LOGS": str(tmp_path / "absent")},
    )
    assert_alike(
        done, 78, "TLS.name: unknown setting", "tls_cert: there is no such file", "tls_key: there is no such file",
        "request_timeout: found", "accounts.json:1:2: not JSON",
    )  # fmt: skip
    assert "streams-proxy.log: No such file" in done[0].stderr


def test_it_leaves_nothing_behind(accounts, tmp_path):
    accounts.copy(tmp_path)
    (tmp_path / "logs").mkdir()
    file = tmp_path / "config.json"
    file.write_text(json.dumps(settings(
        "http://127.0.0.1:9", LUNA_API_LOGGER={"LOG_TO_FILE": 1, "FOLDER_WITH_LOGS": str(tmp_path / "logs")})))
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    done = run_command("check", "--config", file)
    assert done.returncode == 0, done.stderr
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


def test_it_says_what_there_is(accounts, authority, tmp_path):
    made = authority.issue("streams.example.com")
    person = create_account_in(tmp_path, made)
    done = run_command("check", "--config", tmp_path / "config.json")
    assert done.returncode == 0, done.stderr
    assert "accounts.json: 1 account, 0 tokens" in done.stdout
    (line,) = [line for line in done.stdout.splitlines() if "certificate of" in line]
    assert "streams.example.com" in line and ", until 20" in line and ", for " in line
    for route in ("/version, /plugins, /healthcheck", "/metrics", "/6/tokens, /6/tokens/{token_id}, /6/account"):
        assert route in done.stdout, route
    assert person.login not in done.stdout


@pytest.mark.parametrize("folder, ends", [("", "account create"), ("none/", "account create, once its folder is there")])
def test_an_accounts_file_that_is_not_there_yet(tmp_path, folder, ends):
    (tmp_path / "config.json").write_text(
        json.dumps(settings("http://127.0.0.1:9", CONFIG_AUTHORIZATION_USERS=f"{folder}accounts.json")))
    done = run_command("check", "--config", tmp_path / "config.json")
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if "not there yet" in line]
    assert line.endswith(f"{folder}accounts.json: not there yet; make it with: streams-proxy {ends}")


def create_account_in(folder, made):
    (folder / "config.json").write_text(json.dumps(settings(
        "http://127.0.0.1:9", TLS={"tls_cert": str(made.chain), "tls_key": str(made.key)},
        LUNA_SERVICE_METRICS={"ENABLED": 1})))
    return create_account(folder, "ann@visionlabs.ai", "canary-check-password")


def test_a_reload_is_checked_beside_the_running_proxy(start_proxy):
    """As a service manager does it: the port is in use, by whom it concerns."""
    proxy = start_proxy(EchoOrigin())
    done = run_command("check", "--config", proxy.folder / "config.json", "--port", str(proxy.address[1]))
    assert done.returncode == 0, done.stderr


# Secrets that others can read


def warned(folder, *arguments) -> "list[str]":
    done = run_command("check", "--config", folder / "config.json", *arguments)
    assert done.returncode == 0, done.stderr
    return [line for line in done.stderr.splitlines() if line.startswith("warning")]


KEY = "canarykeycanarykeycanarykeycanarykeycanaryke"


def issuer(key) -> "dict":
    return {"TOKEN_ISSUERS": [{"name": "hs", "algorithm": "HS256", "keys": [key]}]}


@pytest.mark.parametrize("name", ["jwk", "passphrase", "plugin", "url"])
def test_secrets_in_settings_that_everybody_may_read(accounts, authority, tmp_path, name):
    accounts.copy(tmp_path)
    made = authority.issue("sealed", passphrase="right")
    (tmp_path / "greeter.py").write_text("")
    values = {
        "jwk": (issuer({"jwk": {"kty": "oct", "k": KEY}}), "TOKEN_ISSUERS[0].keys[0].jwk"),
        "passphrase": (
            {"TLS": {"tls_cert": str(made.chain), "tls_key": str(made.key), "tls_key_pass": "right"}}, "TLS.tls_key_pass"),
        "plugin": (
            {"plugins": {"greeter": {"database": [{"Password": "canary"}]}}, "LUNA_API_PLUGIN_HOST": {"folder": str(tmp_path)}},
            "LUNA_API_PLUGINS_SETTINGS.greeter"),
        "url": (
            {"plugins": {"greeter": {"to": "amqp://me:canary@host"}}, "LUNA_API_PLUGIN_HOST": {"folder": str(tmp_path)}},
            "LUNA_API_PLUGINS_SETTINGS.greeter"),
    }  # fmt: skip
    changes, place = values[name]
    file = tmp_path / "config.json"
    file.write_text(json.dumps(settings("http://127.0.0.1:9", **changes)))
    file.chmod(0o644)
    (line,) = warned(tmp_path)
    assert place in line and "everybody may read it (mode 644)" in line and "canary" not in line
    file.chmod(0o640)
    assert warned(tmp_path) == []


def test_a_key_file_that_everybody_may_read(accounts, tmp_path):
    accounts.copy(tmp_path)
    key = tmp_path / "key.json"
    key.write_text(json.dumps({"kty": "oct", "k": KEY}))
    key.chmod(0o644)
    (tmp_path / "config.json").write_text(json.dumps(settings("http://127.0.0.1:9", **issuer({"file": "key.json"}))))
    (line,) = warned(tmp_path)
    assert str(key) in line and "everybody may read it (mode 644)" in line
    key.chmod(0o600)
    assert warned(tmp_path) == []


def test_run_warns_as_well(start_proxy):
    # As files are made, everybody may read it.
    proxy = start_proxy(EchoOrigin(), **issuer({"jwk": {"kty": "oct", "k": KEY}}))
    proxy.await_text("this is a secret, and everybody may read it")
    assert KEY not in proxy.text


def test_it_leaves_no_core(start_proxy):
    proxy = start_proxy(EchoOrigin())
    with open(f"/proc/{proxy.process.pid}/limits") as limits:
        (line,) = [line for line in limits if line.startswith("Max core file size")]
    assert line.split()[4] == "0"
    assert os.getpid() != proxy.process.pid
