"""The Dockerfile, as far as it can be judged without an engine: its stages, paths and the user it ends as."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import REPOSITORY, install

FILE = REPOSITORY / "deploy/Dockerfile"


def instructions() -> "list[tuple[str, str]]":
    """Each instruction with its arguments, continued lines joined."""
    text = re.sub(r"(?m)^#.*\n", "", FILE.read_text())
    joined = re.sub(r"\\\n\s*", "", text)
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]  # type: ignore[misc]


@pytest.fixture(scope="module")
def stages() -> "list[list[tuple[str, str]]]":
    """The instructions of each stage, FROM first; what stands before the first one is left out."""
    found: "list[list[tuple[str, str]]]" = []
    for name, arguments in instructions():
        if name == "FROM":
            found.append([])
        if found:
            found[-1].append((name, arguments))
    return found


def values(stage: "list[tuple[str, str]]", name: str) -> "list[str]":
    return [arguments for found, arguments in stage if found == name]


def test_a_builder_and_a_runtime(stages):
    assert len(stages) == 2
    builder, runtime = stages
    defaults = dict(arguments.split("=", 1) for name, arguments in instructions() if name == "ARG")
    assert values(builder, "FROM") == ["${SWIFT_IMAGE} AS builder"]
    assert values(runtime, "FROM") == ["${RUNTIME_IMAGE}"]
    # libcurl and libssl are not in the executable, so both must be of one release of Debian.
    release = defaults["RUNTIME_IMAGE"].split(":")[1].split("-")[0]
    assert defaults["SWIFT_IMAGE"].endswith(f"-{release}")
    static = re.search(r"(?m)^static:.*\n\t(.*)$", (REPOSITORY / "Makefile").read_text())
    assert static and "--static-swift-stdlib" in static[1]


def test_a_changed_test_costs_no_compilation(stages):
    """What is copied before the program is built is what it is built of."""
    builder = stages[0]
    built = builder.index(("RUN", "make static WITHOUT_TESTS=1"))
    before = " ".join(arguments for name, arguments in builder[:built] if name == "COPY").split()
    assert set(before) == {"Package.swift", "Makefile", "./", "Sources"}
    assert ("COPY", ". .") in builder[built:]


def test_without_tests_the_manifest_names_none(tmp_path):
    """Nor does it need their folder."""
    (tmp_path / "Package.swift").write_text((REPOSITORY / "Package.swift").read_text())
    (tmp_path / "Sources").symlink_to(REPOSITORY / "Sources")
    swift = shutil.which("swift")
    assert swift, "the manifest is read by swift"
    done = subprocess.run(
        [swift, "package", "dump-package"], cwd=tmp_path, env={**os.environ, "WITHOUT_TESTS": "1"}, capture_output=True,
        text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    targets = json.loads(done.stdout)["targets"]
    assert "StreamsProxy" in [target["name"] for target in targets]
    assert not [target for target in targets if target["type"] == "test" or (target.get("path") or "").startswith("Tests")]


def test_the_libraries_that_are_built_with_are_those_that_are_run_with(stages):
    built, run = (" ".join(values(stage, "RUN")) for stage in stages)
    for headers, library in (("libcurl4-openssl-dev", "libcurl4"), ("libssl-dev", "libssl3")):
        assert headers in built.split() and library in run.split()
    assert "python3-aiohttp" in run.split()


def test_what_is_copied_exists(stages):
    builder, runtime = stages
    for arguments in values(builder, "COPY"):
        for source in arguments.split()[:-1]:
            assert (REPOSITORY / source).exists(), source
    assert values(runtime, "COPY") == ["--from=builder /installed/ /"]
    ignored = (REPOSITORY / "deploy/Dockerfile.dockerignore").read_text().split()
    assert {".git", ".build", "accounts.json*"} <= set(ignored), "the context would be large, or hold secrets"


def test_it_starts_what_was_installed(executable, stages, tmp_path):
    builder, runtime = stages
    (command,) = [run for run in values(builder, "RUN") if run.startswith("make install")]
    variables = dict(word.split("=", 1) for word in command.split()[2:])
    assert variables["DESTDIR"] == "/installed"
    install(variables["PREFIX"], tmp_path, variables["SYSCONFDIR"])
    (program,) = json.loads(values(runtime, "ENTRYPOINT")[0])
    arguments = json.loads(values(runtime, "CMD")[0])
    assert (tmp_path / program.lstrip("/")).exists()
    assert arguments[0] == "run"
    assert (tmp_path / arguments[arguments.index("--config") + 1].lstrip("/")).exists()
    port = arguments[arguments.index("--port") + 1]
    assert values(runtime, "EXPOSE") == [port]
    (check,) = json.loads(values(runtime, "HEALTHCHECK")[0].split("CMD", 1)[1])
    assert os.access(tmp_path / check.lstrip("/"), os.X_OK)


def test_it_does_not_run_as_root(stages):
    user = values(stages[1], "USER")[-1].split(":")[0]
    assert user.isdigit() and int(user) > 0
    names = [name for name, _ in stages[1]]
    assert names.index("USER") > max(index for index, name in enumerate(names) if name == "RUN")


def test_settings_of_the_image_keep_accounts_in_its_volume(stages):
    accounts = json.loads((REPOSITORY / "deploy/config.json").read_text())["CONFIG_AUTHORIZATION_USERS"]
    assert values(stages[1], "VOLUME") == [str(Path(accounts).parent)]
