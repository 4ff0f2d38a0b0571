"""scripts/run-tests counts what it is told, and lets nothing be left out silently."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def load():
    """The script, as a module."""
    loader = importlib.machinery.SourceFileLoader("run_tests", str(REPOSITORY / "scripts/run-tests"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("run_tests", loader))
    sys.modules["run_tests"] = module
    was, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = was
    return module


runner = load()

PASSED = '<testcase classname="m" name="good"/>'
FAILED = '<testcase classname="m" name="bad"><failure message="no"/></testcase>'
BROKEN = '<testcase classname="m" name="broken"><error message="no"/></testcase>'
SKIPPED = '<testcase classname="m" name="absent"><skipped type="pytest.skip" message="no tool"/></testcase>'
XFAILED = '<testcase classname="m" name="hoped"><skipped type="pytest.xfail" message="some day"/></testcase>'


def outcome(folder: Path, *cases: str, code: int = 0, again: "tuple[str, ...]" = (), file: str = "s.xml"):
    if cases:
        (folder / file).write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
    if again:
        (folder / "s.again.xml").write_text(f"<testsuites><testsuite>{''.join(again)}</testsuite></testsuites>")
    return runner.outcome_of("s", code, 1, folder)


def ends(outcomes, patterns=()) -> "tuple[str, int]":
    text, code = runner.report(outcomes, list(patterns))
    return text.splitlines()[-1], code


@pytest.mark.parametrize(
    ("cases", "code", "last", "exits"),
    [
        ([PASSED], 0, "1 passed, 0 failed, 0 skipped", 0),
        ([PASSED, PASSED], 0, "2 passed, 0 failed, 0 skipped", 0),  # Tests of one name are two.
        ([PASSED, FAILED, BROKEN], 1, "1 passed, 2 failed, 0 skipped", 1),
        ([FAILED], 0, "0 passed, 1 failed, 0 skipped", 1),
        ([PASSED, SKIPPED], 0, "1 passed, 0 failed, 1 skipped", 1),
        ([PASSED, XFAILED], 0, "1 passed, 0 failed, 1 skipped", 1),
        ([PASSED], 2, "1 passed, 1 failed, 0 skipped", 1),  # It broke off, or a fixture reported.
        ([], 0, "0 passed, 1 failed, 0 skipped", 1),
        ([], 139, "0 passed, 1 failed, 0 skipped", 1),
        (["<torn"], 1, "0 passed, 1 failed, 0 skipped", 1),
    ],
)
def test_a_suite_is_counted(tmp_path, cases, code, last, exits):
    assert ends({"s": outcome(tmp_path, *cases, code=code)}) == (last, exits)


def test_suites_are_summed(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
    outcomes = {"a": outcome(tmp_path / "a", PASSED), "b": outcome(tmp_path / "b", PASSED, FAILED, code=1)}
    text, code = runner.report(outcomes, [])
    assert text.splitlines()[-1] == "2 passed, 1 failed, 0 skipped"
    assert "failed: b: m.bad" in text
    assert code == 1


def test_what_passes_the_second_time_has_passed(tmp_path):
    again = FAILED.replace('<failure message="no"/>', "")
    assert ends({"s": outcome(tmp_path, PASSED, FAILED, again=(again,))}) == ("2 passed, 0 failed, 0 skipped", 0)


def test_a_skip_on_the_list_is_allowed_for_that_suite_alone(tmp_path):
    outcomes = {"s": outcome(tmp_path, PASSED, SKIPPED)}
    assert ends(outcomes, ["s: m.absent"]) == ("1 passed, 0 failed, 1 skipped", 0)
    assert ends(outcomes, ["other: m.absent"])[1] == 1


def test_swift_testing_writes_beside_the_name(tmp_path):
    (tmp_path / "s.xml").write_text("<testsuites/>")
    assert ends({"s": outcome(tmp_path, PASSED, file="s-swift-testing.xml")})[1] == 0


def test_the_list_has_reasons(tmp_path):
    assert runner.allowed_skips()
    (tmp_path / "skips.txt").write_text("end-to-end: test_x.test_y\n")
    with pytest.raises(SystemExit, match="no reason"):
        runner.allowed_skips(tmp_path / "skips.txt")


def test_an_unknown_suite_is_told(capsys):
    assert runner.main(["nothing"]) == 64
    assert "no suite nothing" in capsys.readouterr().err


def test_a_failing_suite_fails_the_run(tmp_path, monkeypatch, capfd):
    """The whole way, with a suite of pytest that has a passing, a failing and a skipped test."""
    (tmp_path / "test_toy.py").write_text(
        "import pytest\ndef test_a(): pass\ndef test_b(): assert 0\ndef test_c(): pytest.skip('no tool')\n"
    )
    monkeypatch.setattr(runner, "RESULTS", tmp_path / "results")
    suite = runner.Suite(1, (), runner.pytest(str(tmp_path)))
    monkeypatch.setattr(runner, "SUITES", {"toy": suite, "toy-again": suite})
    assert runner.main(["toy"]) == 1
    assert capfd.readouterr().out.splitlines()[-1] == "1 passed, 1 failed, 1 skipped"
    assert runner.main(["toy", "toy-again"]) == 1
    assert capfd.readouterr().out.splitlines()[-1] == "2 passed, 2 failed, 2 skipped"
