"""When a plugin's loop counts as blocked, with its answers decided by the test."""

from __future__ import annotations

import asyncio

import pytest

from luna_plugins.host import plugin as plugin_module
from luna_plugins.host.call_board import CallBoard
from luna_plugins.host.configuration import PluginEntry, Timeouts
from luna_plugins.host.plugin import DISABLED, RUNNING, Plugin

QUIET = """
class Quiet(BaseBackgroundPlugin):
    pass
"""


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ([True, True, True], RUNNING),
        ([False, True, True], RUNNING),
        ([False, True, False, True], RUNNING),
        ([True, False, False], DISABLED),
    ],
)
def test_two_questions_in_a_row_without_an_answer_disable(
    write, plugins, monkeypatch: pytest.MonkeyPatch, answers: list[bool], state: str
) -> None:
    """One may be late because another plugin held the whole interpreter."""
    write("quiet", QUIET)
    monkeypatch.setattr(plugin_module, "PULSE", 0.001)

    async def watch() -> str:
        plugin = Plugin(PluginEntry("quiet", None), [str(plugins)], Timeouts(), CallBoard(None), lambda: None, print)
        left = list(answers)
        all_asked = asyncio.Event()

        async def answer(seconds: float) -> bool:
            if len(left) == 1:
                all_asked.set()
            return left.pop(0) if left else True

        monkeypatch.setattr(plugin.thread, "answers", answer)
        await plugin.start()
        await asyncio.wait_for(all_asked.wait(), 30)
        for _ in range(5):
            await asyncio.sleep(0)
        result = plugin.state
        await plugin.close()
        return result

    assert asyncio.run(watch()) == state
