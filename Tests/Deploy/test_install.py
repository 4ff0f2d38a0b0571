"""`make install`: everything is where it belongs, and works from there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY, install


def run(*words: "str | Path") -> "subprocess.CompletedProcess[str]":
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=30, cwd="/")


def test_the_executable_runs_from_a_destdir(executable, tmp_path):
    install("/opt/streams", tmp_path)
    installed = tmp_path / "opt/streams/bin/streams-proxy"
    done = run(installed, "version")
    assert (done.returncode, done.stdout) == (0, run(executable, "version").stdout)
    # DESTDIR is where a package is put together; nothing in it may know of that.
    unit = (tmp_path / "opt/streams/lib/systemd/system/streams-proxy.service").read_text()
    assert "/opt/streams/bin/streams-proxy" in unit
    assert str(tmp_path) not in unit and "@" not in unit.replace("@system-service", "").replace("@privileged", "")
    assert (tmp_path / "etc/streams-proxy/config.json").exists()


@pytest.fixture
def foreign(tmp_path) -> Path:
    """A program with a library that lies where no system has any."""
    toolchain = tmp_path / "toolchain"
    toolchain.mkdir()
    (tmp_path / "library.c").write_text("int answer(void) { return 0; }\n")
    (tmp_path / "program.c").write_text("int answer(void);\nint main(void) { return answer(); }\n")
    library, program = toolchain / "libanswer.so", tmp_path / "program"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, tmp_path / "library.c"], check=True)
    subprocess.run(["cc", "-o", program, tmp_path / "program.c", library, f"-Wl,-rpath,{toolchain}"], check=True)
    return program


def deploy(program: "str | Path", destination: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    words = [str(REPOSITORY / "deploy/install"), str(program), str(destination), "/usr", "/etc"]
    environment = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(words, capture_output=True, text=True, timeout=30, env=environment)


def test_an_executable_that_needs_its_toolchain_is_refused(foreign, tmp_path):
    done = deploy(foreign, tmp_path / "to")
    assert done.returncode == 65 and not (tmp_path / "to").exists()
    assert f"  {tmp_path}/toolchain/libanswer.so\n" in done.stderr and "make static" in done.stderr
    assert deploy(foreign, tmp_path / "to", FOR_THIS_MACHINE="1").returncode == 0
    (tmp_path / "toolchain/libanswer.so").unlink()
    done = deploy(foreign, tmp_path / "other")
    assert done.returncode == 65 and "libanswer.so" in done.stderr, "the toolchain has gone"


def test_an_executable_of_the_system_is_not(tmp_path):
    done = deploy("/bin/true", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_make_install_builds_needs_no_toolchain(tmp_path):
    """Only where there is none yet: installing is often done by another user than building."""
    missing = tmp_path / "streams-proxy"
    words = ["make", "-n", "-C", str(REPOSITORY), "install", f"INSTALLED={missing}"]
    told = subprocess.run(words, capture_output=True, text=True, check=True, env={**os.environ, "MAKEFLAGS": ""}).stdout
    assert re.search(r"swift build .*--static-swift-stdlib .*--scratch-path", told), told
    missing.touch()
    told = subprocess.run(words, capture_output=True, text=True, check=True, env={**os.environ, "MAKEFLAGS": ""}).stdout
    assert "swift build" not in told and "deploy/install" in told


@pytest.mark.parametrize("prefix", ["usr", "/opt/with space", "/opt/50%", "/opt/a|b", ""])
def test_a_prefix_that_the_units_could_not_name_is_refused(executable, tmp_path, prefix):
    done = run(REPOSITORY / "deploy/install", executable, tmp_path, prefix, "/etc")
    assert done.returncode == 64 and "PREFIX" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_example_settings_are_valid(installation):
    done = run(installation.executable, "check", "--config", installation.settings / "config.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "/var/lib/streams-proxy/accounts.json" in done.stdout


def test_settings_that_are_there_stay(executable, tmp_path):
    settings = tmp_path / "etc/streams-proxy/config.json"
    settings.parent.mkdir(parents=True)
    settings.write_text("an operator's own")
    install("/usr", tmp_path)
    assert settings.read_text() == "an operator's own"


def test_the_python_package_is_whole(installation):
    package = installation.prefix / "lib/streams-proxy/python"
    source = REPOSITORY / "Python"
    assert {path.relative_to(package) for path in package.rglob("*.py")} == {
        path.relative_to(source) for path in source.rglob("*.py")
    }
    found = run(sys.executable, "-I", "-B", "-c", f"import sys; sys.path[:0] = [{str(package)!r}]; import luna_plugins")
    assert (found.returncode, found.stderr) == (0, "")


def test_the_proxy_finds_its_python_package(executable, tmp_path):
    """An active plugin is valid only where the package that runs it is found beside the executable."""
    install("/usr", tmp_path)
    examples = tmp_path / "usr/share/doc/streams-proxy/luna_api/plugins/examples"
    streams = {"luna-streams-address": {"origin": "http://127.0.0.1:9"}}
    settings = {
        "LUNA_API_ACTIVE_PLUGINS": ["luna-streams", "activity"],
        "LUNA_API_PLUGIN_HOST": {"folder": str(examples)},
        "LUNA_API_PLUGINS_SETTINGS": {"luna-streams": streams},
    }
    (tmp_path / "config.json").write_text(json.dumps(settings))
    check = (tmp_path / "usr/bin/streams-proxy", "check", "--config", tmp_path / "config.json")
    done = run(*check)
    assert done.returncode == 0, done.stderr
    (tmp_path / "usr/lib/streams-proxy").rename(tmp_path / "elsewhere")
    assert run(*check).returncode == 78


def test_others_may_read_what_is_installed(installation):
    for path in [*installation.prefix.rglob("*"), *installation.settings.rglob("*")]:
        is_run = path in (installation.executable, installation.prefix / "lib/streams-proxy/healthcheck")
        expected = 0o755 if path.is_dir() or is_run else 0o644
        if path == installation.settings / "config.json":
            # Secrets may come to stand in it.
            expected = 0o640
        assert path.stat().st_mode & 0o7777 == expected, path


def test_the_documents_link_to_what_is_installed(installation):
    documents = installation.prefix / "share/doc/streams-proxy"
    for name in ("README.md", "docs/operations.md", "docs/plugins.md", "docs/threat-model.md", "deploy/haproxy.cfg"):
        assert (documents / name).exists(), name
    runbook = documents / "docs/operations.md"
    linked = re.findall(r"\]\((\.\./deploy/[^)#]+)", runbook.read_text())
    assert len(linked) > 2
    for link in linked:
        assert (runbook.parent / link).resolve().exists(), link
