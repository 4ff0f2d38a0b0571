"""The host's own error answers are those that the documents have, which the proxy's code declares."""

from __future__ import annotations

import pytest
from host_process import REPOSITORY
from luna_plugins.host import error_answer
from luna_plugins.host.error_answer import ErrorAnswer

ANSWERS = [value for value in vars(error_answer).values() if isinstance(value, ErrorAnswer)]
ANSWERS += [error_answer.method_not_allowed("GET"), error_answer.unreadable_content("no")]


def documented() -> "set[tuple[int, int, str]]":
    """Status, code and summary of each row; a row may have several statuses."""
    text = (REPOSITORY / "docs/operations.md").read_text()
    table = text.split("<!-- generated: error-codes -->\n", 1)[1].split("<!-- end -->", 1)[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    return {(int(status), int(row[0]), row[2]) for row in rows for status in row[1].split(", ")}


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.detail)
def test_an_answer_has_a_row(answer: ErrorAnswer) -> None:
    assert (answer.status, answer.code, answer.summary) in documented()


def test_all_of_them_are_looked_at() -> None:
    assert len(ANSWERS) >= 9
