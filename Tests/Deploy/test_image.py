"""The image that the Dockerfile describes, made without an engine: its commands as they stand, in a folder of its own.

It takes root, debootstrap, a Debian mirror and some minutes, so it is among the large ones.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from pathlib import Path
from typing import Iterator

import pytest
from conftest import REPOSITORY
from test_dockerfile import instructions
from wire import eventually

pytestmark = pytest.mark.large
MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")


def stage(number: int) -> "list[tuple[str, str]]":
    """The instructions of a stage, the first being 0."""
    beginnings = [index for index, (name, _) in enumerate(instructions()) if name == "FROM"] + [None]
    return instructions()[beginnings[number] : beginnings[number + 1]]


def run(*words: "str | Path", **options) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=900, **options)
    assert done.returncode == 0, f"{words}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """What the first stage comes to: built from what is copied there, and nothing else."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    for name, arguments in stage(0):
        if name == "COPY":
            *files, place = arguments.split()
            for file in files:
                if file == ".":
                    archive = subprocess.run(["git", "-C", REPOSITORY, "archive", "HEAD"], stdout=subprocess.PIPE, check=True)
                    subprocess.run(["tar", "-x", "-C", source], input=archive.stdout, check=True)
                elif (REPOSITORY / file).is_dir():
                    shutil.copytree(REPOSITORY / file, source / place)
                else:
                    shutil.copy(REPOSITORY / file, source)
        elif name == "RUN" and not arguments.startswith("apt-get"):
            run("bash", "-c", arguments.replace("DESTDIR=/installed", f"DESTDIR={target}"), cwd=source)
    return target


@pytest.fixture(scope="module")
def image(installed, tmp_path_factory) -> "Iterator[Path]":
    """What the second stage comes to: a folder to change the root to."""
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        pytest.skip("this takes root and debootstrap")
    root = tmp_path_factory.mktemp("image")
    base = dict(arguments.split("=", 1) for name, arguments in instructions() if name == "ARG")["RUNTIME_IMAGE"]
    run("debootstrap", "--variant=minbase", base.split(":")[1].removesuffix("-slim"), root, MIRROR)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    run("mount", "-t", "proc", "proc", root / "proc")
    try:
        for name, arguments in stage(1):
            if name == "RUN":
                run("chroot", root, "/bin/sh", "-c", arguments)
            elif name == "COPY":
                assert arguments == "--from=builder /installed/ /"
                shutil.copytree(installed, root, dirs_exist_ok=True)
        # Folders of tests are for their owner only.
        root.chmod(0o755)
        yield root
    finally:
        run("umount", root / "proc")


def within(image: Path, *words: str) -> "list[str]":
    """A command as the image's user."""
    (user,) = [arguments for name, arguments in stage(1) if name == "USER"]
    return ["chroot", f"--userspec={user}", str(image), *words]


def test_every_library_is_there(image):
    assert "not found" not in run(*within(image, "ldd", "/usr/bin/streams-proxy"))


def test_it_serves_as_its_user_and_runs_plugins(image):
    (program,) = json.loads(dict(stage(1))["ENTRYPOINT"])
    command = json.loads(dict(stage(1))["CMD"])
    port = command.index("--port") + 1
    host = command.index("--host") + 1
    # Not on the port of the image: this is not a network of its own.
    command[port], command[host] = "0", "127.0.0.1"
    settings = image / "etc/streams-proxy/config.json"
    value = json.loads(settings.read_text())
    value["LUNA_API_ACTIVE_PLUGINS"].append("activity")
    value["LUNA_API_PLUGIN_HOST"] = {"folder": "/usr/share/doc/streams-proxy/luna_api/plugins/examples"}
    settings.write_text(json.dumps(value))
    made = subprocess.run(
        within(image, program, "account", "create", "--config", "/etc/streams-proxy/config.json")
        + ["--login", "ann@example.com", "--type", "user", "--password-stdin"],
        input="a long password\n",
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    process = subprocess.Popen(
        within(image, program, *command), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        url = process.stdout.readline().split()[-1]
        check = json.loads(dict(stage(1))["HEALTHCHECK"].split("CMD ")[1])
        check[-1] = f"{url}/healthcheck"
        run(*within(image, *check))

        def plugins() -> "dict[str, str]":
            with urllib.request.urlopen(f"{url}/plugins", timeout=10) as answer:
                return {plugin["name"]: plugin["status"] for plugin in json.load(answer)["plugins"]}

        eventually(lambda: plugins()["activity"] == "running", 60, "the plugin to run")
    finally:
        process.terminate()
        assert process.wait(20) == 0
