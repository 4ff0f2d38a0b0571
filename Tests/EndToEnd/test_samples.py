"""Samples in the documents are what the programs print: each is made anew here, and only what is by chance may differ."""

from __future__ import annotations

import json
import os
import re
import subprocess
import textwrap
import threading
import uuid
from pathlib import Path
from typing import Any, Iterator

import pytest

from access_log import lines_of
from accounts import bearer, create_token
from guarded import Guarded
from origins import RefusingOrigin
from proxy_process import EXECUTABLE, PREFIX, run_command, settings
from wire import eventually

REPOSITORY = Path(__file__).resolve().parents[2]
README = (REPOSITORY / "README.md").read_text()
OPERATIONS = (REPOSITORY / "docs/operations.md").read_text()
#: What is by chance in an output, and what stands for it.
CHANCE = [
    (r"\b[0-9]{10},(?=[0-9a-f]{8}-)", "SECONDS,"),
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID"),
    (r"\b20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{3}Z", "TIME"),
    (r"\b\w{3}, [0-3][0-9] \w{3} 20[0-9]{2} [0-9:]{8} GMT", "DATE"),
    (r"(?<=://127\.0\.0\.1):[0-9]+", ":PORT"),
    (r"\b[0-9]+us\b", "us"),
    (r"\bcredential=[0-9a-f]{8}\b", "credential=C"),
    (r"\b(in|out)=[0-9]+", r"\1=N"),
    (r"(?<=: status 200, )[0-9]+ bytes", "N bytes"),
    (r"\w+@(visionlabs\.ai|example\.com)", "LOGIN"),
]


def normal(text: str) -> str:
    for pattern, word in CHANCE:
        text = re.sub(pattern, word, text)
    return text.strip()


def sample(document: str, beginning: str) -> str:
    """The one block of a document that begins so, after its command where it has one."""
    found = [block for block in re.findall(r"```\w*\n(.*?)```", document, re.DOTALL) if block.startswith(beginning)]
    assert len(found) == 1, f"{len(found)} samples begin with {beginning!r}"
    return found[0].split("\n", 1)[1] if beginning.startswith("$ ") else found[0]


class Demo:
    """One of the stand-ins that come with the proxy, on a free port."""

    def __init__(self, name: str, *arguments: str) -> None:
        program = Path(os.environ.get(f"DEMO_LUNA_{name.upper()}", EXECUTABLE.parent / f"demo-luna-{name}"))
        words = [str(program.resolve()), "--port", "0", *arguments]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        lines: "list[str]" = []
        threading.Thread(target=lambda: lines.extend(iter(self.process.stdout.readline, "")), daemon=True).start()
        found = re.compile(r"http://127\.0\.0\.1:[0-9]+")
        eventually(lambda: found.search("".join(lines)), what="the demo to listen")
        self.url = found.search("".join(lines))[0]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture
def demos() -> "Iterator[Any]":
    started = []

    def start(*words: str) -> Demo:
        started.append(Demo(*words))
        return started[-1]

    yield start
    for demo in started:
        demo.stop()


def curl(*arguments: str) -> str:
    done = subprocess.run(["curl", "-s", *arguments], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout.replace("\r\n", "\n")


def test_the_tour(start_proxy, accounts, demos):
    proxy = start_proxy(demos("streams", "--seed-account", accounts.ann.account_id).url, isolation=1)
    stream = json.loads(curl("-H", ": ".join(accounts.ann.basic), f"{proxy.url}/streams"))["streams"][0]["stream_id"]
    view = ": ".join(bearer(accounts.ann.tokens["view"]))
    told = curl("-i", "-X", "DELETE", "-H", view, f"{proxy.url}/streams/{stream}")
    assert normal(told) == normal(sample(README, "$ curl -i -X DELETE"))
    counted = curl("-u", f"{accounts.ann.login}:{accounts.ann.password}", f"{proxy.url}/streams/count")
    assert counted.strip() == sample(README, "$ curl -u").strip()
    assert normal(curl("-i", f"{proxy.url}/streams")) == normal(sample(README, "$ curl -i $API"))


def test_the_demo_prints_what_the_tour_uses():
    """Each name in the tour's commands is one that the block of `make run` sets, and each command is printed there too."""
    script = (REPOSITORY / "scripts/run-demo").read_text()
    block = script.split("Paste this first", 1)[1].split("Then any of these", 1)[0]
    printed = set(re.findall(r"(?m)^  ([A-Z_]+)=", block))
    shown = set(re.findall(r"(?m)^([A-Z_]+)=", sample(README, "PROXY=")))
    assert printed == shown
    tour = README.split("## A tour", 1)[1].split("## Routes", 1)[0] + README.split("### Tokens over HTTP", 1)[1].split("\n| ", 1)[0]
    commands = re.findall(r"(?m)^(?:\$ )?(curl .*?)(?:    # .*)?$", tour)
    assert len(commands) >= 8
    texts = script.replace("\\$", "$").replace('\\"', '"').replace("$login", "demo@example.com")
    for command in commands:
        assert set(re.findall(r"\$([A-Z_]+)", command)) <= printed, command
        assert command.removesuffix(" \\") in texts, f"make run does not print: {command}"


def test_the_settings_of_the_plugins_page(tmp_path):
    """What a newcomer pastes is a whole file that `check` accepts, once the plugin's file is there."""
    blocks = (REPOSITORY / "docs/plugins.md").read_text()
    python = textwrap.dedent(re.findall(r"```python\n(.*?)```", blocks, re.DOTALL)[0])
    (tmp_path / "luna_api/plugins").mkdir(parents=True)
    (tmp_path / "luna_api/plugins/hello.py").write_text(python)
    (tmp_path / "config.json").write_text(re.findall(r"```json\n(.*?)```", blocks, re.DOTALL)[0])
    done = run_command("check", "--config", tmp_path / "config.json")
    assert done.returncode == 0, done.stderr
    assert "hello  /6/plugins/hello/…, credentials" in done.stdout


def test_the_line_of_the_access_log(start_proxy, accounts):
    for form in ("json", "text"):
        guarded = Guarded(start_proxy, accounts, workers=1, LUNA_API_LOGGER={"FORMAT": form})
        proxy = guarded.proxy
        answers = [proxy.ask("GET", "/streams/count", credentials=guarded.credentials) for _ in range(2)]
        one = str(answers[1].fields.one("Luna-Request-Id"))
        if form == "json":
            eventually(lambda: lines_of(proxy, one), what="the line")
            (line,) = lines_of(proxy, one)
            shown = json.loads(sample(README, '{"time"'))
            assert list(shown) == list(line)
            by_chance = {
                "time", "request_id", "account_id", "token_id", "credential", "request_bytes", "answer_bytes",
                "total_us", "first_byte_us",
            }  # fmt: skip
            for name, value in line.items():
                assert type(shown[name]) is type(value), name
                assert name in by_chance or shown[name] == value, name
        else:
            eventually(lambda: f"request_id={one} " in proxy.text, what="the line")
            (text,) = [line for line in proxy.text.splitlines() if f"request_id={one} " in line]
            assert normal(text) == normal(sample(README, "2026-"))


def test_problems_of_settings(tmp_path):
    """The very lines, for settings that have these faults in these places."""
    shown = sample(README, "config.json:6:44")
    (tmp_path / "config.json").write_text(
        '{\n  "LUNA_API_PLUGINS_SETTINGS": {\n    "luna-streams": {\n'
        '      "luna-streams-address": {"origin": "http://127.0.0.1:5160/1"},\n'
        '      "account-isolation": 1,\n'
        '      "luna-streams-timeouts": {"request": "abc"}\n    }\n  },\n'
        '  "ALLOW_LUNA_ACOUNT_AUTH_HEADER": 1\n}\n'
    )
    done = subprocess.run(
        [EXECUTABLE, "check", "--config", "config.json"], cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert done.returncode == 78
    assert [line for line in done.stderr.splitlines() if ":" in line] == shown.splitlines()


def test_a_key_that_does_not_open(authority, tmp_path):
    made = authority.issue("sealed", passphrase="right")
    tls = {"tls_cert": str(made.chain), "tls_key": str(made.key), "tls_key_pass": "wrong"}
    (tmp_path / "config.json").write_text(json.dumps(settings("http://127.0.0.1:9", TLS=tls)))
    done = run_command("check", "--config", tmp_path / "config.json")
    shown = sample(README, "/etc/streams/tls/").replace("/etc/streams/tls/streams.example.com.key", str(made.key))
    assert shown in done.stderr


def test_the_probe(accounts, demos, tmp_path):
    token = {
        "token": "sample.of.a-token", "token_id": str(uuid.uuid4()), "permissions": {"streams": ["view"]},
        "visibility_area": "account",
    }  # fmt: skip
    account = {
        "account_id": str(uuid.uuid4()), "login": "ann@example.com", "password": "sample-password",
        "account_type": "user", "tokens": [token],
    }  # fmt: skip
    (tmp_path / "known.json").write_text(json.dumps({"accounts": [account]}))
    service = demos("accounts", "--accounts", str(tmp_path / "known.json"))
    own = settings(
        demos("streams").url, ADDITIONAL_SERVICES_USAGE={"LUNA_ACCOUNTS": 1},
        LUNA_ACCOUNTS_ADDRESS={"origin": service.url},
    )  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(own))
    done = run_command(
        "check", "--probe", "--config", tmp_path / "config.json", "--header", "Authorization: Bearer sample.of.a-token")
    assert done.returncode == 0, done.stderr
    shown = sample(README, "$ streams-proxy check --probe").removeprefix("…\n")
    assert normal(done.stdout[done.stdout.index("\nProbe\n") :]) == normal(shown)


def test_the_explanation(start_proxy, accounts):
    guarded = Guarded(start_proxy, accounts, timeouts={"request": 42, "connect": 42}, account_header=0)
    _, token = create_token(guarded.proxy.folder, accounts.ann.login, ("view", "deletion"))
    done = run_command(
        "explain", "--config", guarded.proxy.folder / "config.json", "--header", ": ".join(bearer(token)),
        "--request", f"DELETE {PREFIX}/streams/{guarded.foreign}",
    )  # fmt: skip
    assert normal(done.stdout) == normal(sample(README, "$ streams-proxy explain"))


def test_a_service_that_is_not_well(start_proxy):
    proxy = start_proxy(RefusingOrigin())
    base = proxy.url.removesuffix(PREFIX)
    shown = sample(OPERATIONS, '{"error_code":16')
    assert curl(f"{base}/healthcheck?include_luna_services=1").strip() == shown.strip()


@pytest.mark.parametrize("path, pattern", [
    ("/healthcheck", r"GET /healthcheck` \| 200 `(\{.*?\})`"), ("/version", r"GET /version` \| `(\{.*?\}\})`"),
])  # fmt: skip
def test_answers_of_our_own(start_proxy, path, pattern):
    proxy = start_proxy(RefusingOrigin())
    answer = json.loads(curl(proxy.url.removesuffix(PREFIX) + path))
    match = re.search(pattern, README)
    assert match
    shown = json.loads(match[1])
    if path == "/healthcheck":
        assert list(shown) == list(answer) and type(shown["execution_time"]) is type(answer["execution_time"])
    else:
        assert shown == answer
