"""What is left to read when a host has ended, and the memory that it may take."""

from __future__ import annotations

import mmap

import pytest

from luna_plugins.host.call_board import PLACE, PLACES, CallBoard
from routing import routing


def calls(path) -> "list[str]":
    """The call that began last, then those under way."""
    content = path.read_bytes()
    assert len(content) == PLACE * PLACES
    places = [content[at : at + PLACE].rstrip(b"\0").decode() for at in range(0, len(content), PLACE)]
    return [place for place in places if place]


def test_a_board(tmp_path) -> None:
    board = CallBoard(str(tmp_path / "calls"))
    first, second = board.begin("a", "GET /x"), board.begin("b", "ä" * 300)
    assert calls(tmp_path / "calls")[-1] == "a\tGET /x" or calls(tmp_path / "calls")[1] == "a\tGET /x"
    board.end(first)
    assert len(calls(tmp_path / "calls")) == 2
    board.end(second)
    assert len(calls(tmp_path / "calls")) == 1, "only which was last"
    places = [board.begin("a", str(number)) for number in range(PLACES + 10)]
    assert places.count(None) == 11, "more than there are places are not written down"
    for place in places:
        board.end(place)
    assert (tmp_path / "calls").stat().st_mode & 0o777 == 0o600
    assert mmap.PAGESIZE


@pytest.mark.parametrize("end", ["os._exit(3)", "os.kill(os.getpid(), 9)", "os.abort()"])
def test_the_call_in_which_a_host_ends_can_be_read(start_host, write, tmp_path, end: str) -> None:
    write("foo", routing(f'self.addRoute("/end/{{x}}", lambda request: {end})'))
    host = start_host(calls=str(tmp_path / "calls"))
    with pytest.raises(OSError):
        host.ask("GET", "/6/plugins/foo/end/secret?secret")
    host.wait_end()
    assert calls(tmp_path / "calls") == ["foo\tGET /end/{x}"] * 2


def test_what_is_far_too_much_is_refused_where_it_is_asked_for(start_host, write) -> None:
    write("foo", routing('self.addRoute("/a", lambda request: pluginHTTPResponse(body=bytes(10**10)))'))
    host = start_host(limits={"memory": 200_000_000})
    assert host.ask("GET", "/6/plugins/foo/a").status == 500
    host.wait_log("foo", "MemoryError")
    assert host.status("foo")["status"] == "running"


def test_child_processes_have_the_bound_as_well(start_host, write) -> None:
    source = """
import subprocess
def child(request):
    done = subprocess.run([sys.executable, "-c", "bytes(10**10)"], capture_output=True, text=True)
    return pluginHTTPResponse(body=done.stderr)
"""
    write("foo", source + routing('self.addRoute("/a", child)'))
    host = start_host(limits={"memory": 200_000_000})
    assert b"MemoryError" in host.ask("GET", "/6/plugins/foo/a").content
