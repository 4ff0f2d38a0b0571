"""A crowd whose members come from networks of their own, and ask without a pause."""

from __future__ import annotations

import contextlib
import threading
from typing import Callable, Iterator

from vocabulary import route


@contextlib.contextmanager
def asking(proxy, networks: int, credentials: "Callable[[], tuple[str, str]]") -> "Iterator[list[int]]":
    """From each of so many /24 networks, one request after another until the block ends, each with other credentials.

    Gives the statuses of the answers so far.
    """
    over = threading.Event()
    answers: "list[int]" = []

    def run(source: str) -> None:
        while not over.is_set():
            try:
                with proxy.connect(timeout=60, source=source) as connection:
                    while not over.is_set():
                        connection.ask("GET", route("/streams/count"), [credentials()])
                        answers.append(connection.read_answer().status)
            except (AssertionError, OSError):
                continue  # A connection that ended: the attack goes on by another.

    threads = [threading.Thread(target=run, args=(f"127.0.{number}.2",)) for number in range(1, networks + 1)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        over.set()
        for thread in threads:
            thread.join(60)
