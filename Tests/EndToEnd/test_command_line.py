"""The command line: check, run, version, and the account and token commands (sections 3 and 5)."""

from __future__ import annotations

import json
import re

import pytest

from accounts import create_account
from proxy_process import command, run_command, settings

#: The seed's own fragment: one brace too many at its end.
SEED = """{
      "LUNA_API_PLUGINS_SETTINGS": {
              "luna-streams": {
                  "luna-streams-address": {"origin": "http://127.0.0.1:5160/1", "api_version": 1},
                  "luna-streams-timeouts": {"request": 42, "connect": 42}
              }
          }
      }}
"""


def check(folder, text: str):
    """Runs `check` on settings of this text; the exit status and all it printed."""
    (folder / "config.json").write_text(text)
    done = run_command("check", "--config", folder / "config.json")
    return done.returncode, done.stdout + done.stderr


def position(text: str) -> "tuple[int, int] | None":
    """The first line:column behind the file's name."""
    match = re.search(r"config\.json:(\d+):(\d+)", text)
    return (int(match.group(1)), int(match.group(2))) if match else None


def test_check_of_good_settings(tmp_path):
    status, text = check(
        tmp_path, json.dumps(settings("http://127.0.0.1:5160", timeouts={"request": 42.5, "connect": 4}))
    )
    assert status == 0, text
    assert "http://127.0.0.1:5160/1/streams" in text
    assert "/1/1" not in text
    assert "42.5" in text


def test_the_seeds_fragment_is_told_where_its_brace_is_too_many(tmp_path):
    status, text = check(tmp_path, SEED)
    assert status == 78
    assert position(text) and position(text)[0] == 8, text


@pytest.mark.parametrize(
    "text, line", [('{"a": 1,\n  "b" 2}', 2), ('{"a": 1\n', None), ("", None), ("[]", 1), ('{\n"a": 01}', 2)]
)
def test_settings_that_are_no_json(tmp_path, text, line):
    status, output = check(tmp_path, text)
    assert status == 78
    assert "config.json" in output
    assert position(output) or text == "", output
    if line:
        assert position(output)[0] == line


def test_all_problems_at_once_with_place_and_path(tmp_path):
    value = settings("http://127.0.0.1:5160", timeouts={"request": "42", "connect": -1})
    value["LUNA_API_HTTP_SETTINGS"] = {"request_timeuot": 5, "request_max_size": 1.5}
    value["ALLOW_LUNA_ACCOUNT_AUTH_HEADER"] = "yes"
    value["LUNA_API_PLUGINS_SETTINGS"]["luna-streams"]["luna-streams-address"]["origin"] = "ftp://x"
    status, text = check(tmp_path, json.dumps(value, indent=2))
    assert status == 78
    places = set(re.findall(r"config\.json:\d+:\d+", text))
    assert len(places) >= 6, text
    for name in (
        "request",
        "connect",
        "request_timeuot",
        "request_max_size",
        "ALLOW_LUNA_ACCOUNT_AUTH_HEADER",
        "origin",
    ):
        assert name in text
    assert "request_timeout" in text, "an unknown key is told the nearest known name"
    assert "ftp" in text and "-1" in text, "the value found is told"


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "127.0.0.1:5160",
        "http://",
        "http://:5160",
        "ftp://h",
        "http://h:0",
        "http://h:99999",
        "http://h:x",
        "http://u:p@h",
    ]
    + ["http://h/?a", "http://h/#a", "http://h /", "http://h\n", "file:///etc/passwd", "http://[::1", "//h"],
)
def test_origins_that_are_none(tmp_path, origin):
    value = settings("http://h", address={"origin": origin})
    status, text = check(tmp_path, json.dumps(value))
    assert status == 78, text
    assert "origin" in text


@pytest.mark.parametrize(
    "timeouts", [{"request": 0}, {"request": -1}, {"connect": True}, {"request": None}, {"request": 1e300}]
)
def test_timeouts_that_are_none(tmp_path, timeouts):
    status, text = check(tmp_path, json.dumps(settings("http://h", timeouts=timeouts)))
    assert status == 78, text


def test_a_key_that_stands_twice(tmp_path):
    text = json.dumps(settings("http://h"), indent=1)
    text = text.replace(
        '"CONFIG_AUTHORIZATION_USERS"', '"CONFIG_AUTHORIZATION_USERS": "x.json",\n"CONFIG_AUTHORIZATION_USERS"'
    )
    status, output = check(tmp_path, text)
    assert status == 78, output


def test_run_with_bad_settings_starts_nothing(tmp_path):
    (tmp_path / "config.json").write_text(SEED)
    done = run_command("run", "--config", tmp_path / "config.json", "--port", "0")
    assert done.returncode == 78
    assert "listening" not in done.stdout
    assert position(done.stdout + done.stderr)


def test_settings_that_are_not_there(tmp_path):
    for words in ("check", "run"):
        done = run_command(words, "--config", tmp_path / "nothing.json")
        assert done.returncode != 0
        assert "nothing.json" in done.stdout + done.stderr


def test_version():
    done = run_command("version")
    assert done.returncode == 0
    assert re.search(r"\d+\.\d+", done.stdout)


@pytest.mark.parametrize(
    "words", [(), ("nothing",), ("run", "--nothing"), ("run",), ("account",), ("run", "--port", "x")]
)
def test_words_it_does_not_know(words):
    done = run_command(*words)
    assert done.returncode != 0
    assert done.stderr.strip() or done.stdout.strip()
    assert "Fatal error" not in done.stderr


def test_a_port_that_is_taken(proxy, tmp_path, accounts):
    accounts.copy(tmp_path)
    port = str(proxy.address[1])
    done = run_command("run", "--config", tmp_path / "config.json", "--host", "192.0.2.1", "--port", port, timeout=20)
    assert done.returncode not in (0, 78)
    assert done.stderr.strip()


@pytest.fixture
def folder(tmp_path):
    """A folder with settings and no accounts yet."""
    (tmp_path / "config.json").write_text(json.dumps(settings("http://127.0.0.1:5160")))
    return tmp_path


def fails(folder, *words: str, password: str = "canary-word\n") -> str:
    """Runs a command that must fail, and gives what it said."""
    done = run_command(*words[:2], "--config", folder / "config.json", *words[2:], standard_input=password)
    assert done.returncode != 0, done.stdout
    assert "canary-word" not in done.stdout + done.stderr
    assert "Fatal error" not in done.stderr
    return done.stdout + done.stderr


def test_accounts_are_made_listed_changed_and_deleted(folder):
    person = create_account(folder, "ann@visionlabs.ai", "canary-password", "user")
    listed = json.dumps(command(folder, "account", "list"))
    assert person.account_id in listed and person.login in listed and "canary" not in listed
    command(folder, "account", "update", "--login", person.login, "--type", "advanced_user", "--description", "changed")
    assert "advanced_user" in json.dumps(command(folder, "account", "list"))
    command(folder, "account", "delete", "--login", person.login)
    assert person.account_id not in json.dumps(command(folder, "account", "list"))


def test_tokens_are_made_listed_and_deleted(folder):
    create_account(folder, "ann@visionlabs.ai", "canary-password")
    permissions = json.dumps({"streams": ["view"], "own": ["anything"]})
    made = command(folder, "token", "create", "--login", "ann@visionlabs.ai", "--permissions", permissions)
    assert set(made) >= {"token_id", "token"} and made["token"].count(".") == 2
    listed = json.dumps(command(folder, "token", "list"))
    assert made["token_id"] in listed and made["token"] not in listed
    command(folder, "token", "delete", "--token-id", made["token_id"])
    assert made["token_id"] not in json.dumps(command(folder, "token", "list"))


@pytest.mark.parametrize(
    "words",
    [
        ("account", "create", "--login", "ann:x", "--type", "user", "--password-stdin"),
        ("account", "create", "--login", "ann@visionlabs.ai", "--type", "king", "--password-stdin"),
        ("account", "create", "--login", "ann@visionlabs.ai", "--type", "user"),
        ("account", "create", "--login", "a@b.cc", "--type", "user", "--account-id", "x", "--password-stdin"),
        ("account", "delete", "--login", "nobody@visionlabs.ai"),
        ("account", "update", "--login", "nobody@visionlabs.ai", "--type", "user"),
        ("token", "create", "--login", "nobody@visionlabs.ai", "--permissions", "{}"),
        ("token", "delete", "--token-id", "11111111-2222-4333-8444-555555555555"),
    ],
)
def test_commands_that_can_not_be_done(folder, words):
    assert fails(folder, *words).strip()


@pytest.mark.parametrize(
    "permissions", ["", "x", "[]", '{"streams": "view"}', '{"streams": ["vieww"]}', '{"streams": [1]}']
)
def test_permissions_that_are_none(folder, permissions):
    create_account(folder, "ann@visionlabs.ai", "canary-password")
    fails(folder, "token", "create", "--login", "ann@visionlabs.ai", "--permissions", permissions)


def test_an_account_stands_once(folder):
    create_account(folder, "ann@visionlabs.ai", "canary-password")
    fails(folder, "account", "create", "--login", "ann@visionlabs.ai", "--type", "user", "--password-stdin")


def test_a_short_password_is_refused_and_the_settings_say_what_is_short(folder):
    words = ("account", "create", "--login", "ann@visionlabs.ai", "--type", "user", "--password-stdin")
    config = str(folder / "config.json")
    refused = run_command(*words, "--config", config, standard_input="seven77\n")
    assert refused.returncode == 65 and "8 to 128 characters" in refused.stderr, refused
    assert command(folder, "account", "list")["accounts"] == []
    (folder / "config.json").write_text(json.dumps({**settings("http://127.0.0.1:5160"), "PASSWORD_MINIMUM_LENGTH": 7}))
    assert run_command(*words, "--config", config, standard_input="seven77\n").returncode == 0


def test_a_byte_order_mark_before_a_password_is_refused(folder):
    """PowerShell puts one before what it pipes."""
    words = ("account", "create", "--login", "ann@visionlabs.ai", "--type", "user", "--password-stdin")
    done = run_command(*words, "--config", str(folder / "config.json"), standard_input="\ufeffcanary-password\r\n")
    assert done.returncode == 65 and "byte order mark" in done.stderr, done
