"""What plugins log and print reaches the proxy, by name and within bounds."""

from __future__ import annotations

import pytest


def starting(body: str, before: str = "") -> str:
    """A plugin that does that in `start`."""
    lines = "\n".join(f"        {line}" for line in body.strip().splitlines())
    return f"{before}\nclass Speaking(BaseBackgroundPlugin):\n    async def start(self):\n{lines}\n"


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
def test_levels(start_host, write, level: str) -> None:
    write("foo", starting(f"self.app.ctx.logger.{level.lower()}('one %d', 1)\nself.app.ctx.logger.critical('end')"))
    host = start_host(log_level=level)
    host.wait_log("foo", "end")
    assert [line["level"] for line in host.logs("foo") if line["text"] == "one 1"] == [level]
    host = start_host(log_level="CRITICAL")
    host.wait_log("foo", "end")
    assert bool([line for line in host.logs("foo") if line["text"] == "one 1"]) == (level == "CRITICAL")


def test_time_is_now(start_host, write) -> None:
    write("foo", starting("print(time.time())"))
    line = start_host().wait_log("foo", ".")
    assert abs(float(line["text"]) - line["time"]) < 5


@pytest.mark.parametrize(
    ("body", "plugin", "level", "text"),
    [
        ("print('out')", "foo", "INFO", "out"),
        ("print('err', file=sys.stderr)", "foo", "WARNING", "err"),
        ("sys.stdout.write('in two '); sys.stdout.write('parts\\n')", "foo", "INFO", "in two parts"),
        ("import logging; logging.getLogger('a.library').error('theirs')", "foo", "ERROR", "theirs"),
        ("await asyncio.to_thread(print, 'from a thread')", "foo", "INFO", "from a thread"),
        ("print('half of a pair: \\ud800, NUL: \\0')", "foo", "INFO", "half of a pair: ?, NUL: \0"),
        ("os.write(1, b'from C: \\xff\\n')", None, "INFO", "from C: \ufffd"),
        ("sys.stdout.buffer.write(b'bytes\\n')", None, "INFO", "bytes"),
        ("os.system('echo child >&2')", None, "WARNING", "child"),
        ("os.write(1, b'x' * 300000)", None, "INFO", "x" * 65536),
        ("self.app.ctx.logger.info('%d', 'no number')", "foo", "INFO", "'%d' can't be logged: TypeError: "),
    ],
)
def test_whatever_is_said_is_logged(start_host, write, body: str, plugin: "str | None", level: str, text: str) -> None:
    write("foo", starting(body))
    assert start_host().wait_log(plugin, text)["level"] == level


def test_nothing_is_to_be_read(start_host, write) -> None:
    """Standard input is not the proxy's, nor is the control channel a child's."""
    write(
        "foo",
        starting("print(repr(sys.stdin.read()))\nos.system('test -e /proc/self/fd/3 && echo inherited; echo done')"),
    )
    host = start_host()
    host.wait_log("foo", "''")
    host.wait_log(None, "done")
    assert [line["text"] for line in host.logs(None)] == ["done"]


def test_a_long_line_is_cut(start_host, write) -> None:
    write("foo", starting("self.app.ctx.logger.info('\\0' * 1_000_000)\nprint('y' * 1_000_000)"))
    host = start_host()
    text = host.wait_log("foo", "\0")["text"]
    assert text == "\0" * 65536 + f"… ({1_000_000 - 65536} more characters)"
    host.wait_log("foo", "y")


def test_a_line_without_end_comes_in_pieces(start_host, write) -> None:
    write("foo", starting("for _ in range(100): sys.stdout.write('z' * 10_000)"))
    start_host().wait_log("foo", "z" * 65536)


def test_a_flood_costs_the_flooding_plugin_only(launch, write, plugins) -> None:
    """The proxy reads nothing while a plugin floods its log; another's lines are all there afterwards."""
    write("flood", starting("for number in range(20_000): print('x' * 500, number)\nself.app.ctx.logger.info('done')"))
    write("foo", starting("for number in range(100): print('line', number)"))
    host = launch(reading=False)
    host.configure([plugins], {"flood": None, "foo": None})
    host.wait_listening()
    host.read_on()
    host.wait_ready()
    assert host.shut_down() == 0
    assert [line["text"] for line in host.logs("foo")] == [
        *(f"line {number}" for number in range(100)),
        "the plugin runs",
    ]
    flood = [line["text"] for line in host.logs("flood")]
    assert sum(map(len, flood)) < 2_500_000
    dropped = [text for text in flood if "lines were dropped" in text]
    assert sum(int(text.split()[0]) for text in dropped) + len(flood) - len(dropped) == 20_002
