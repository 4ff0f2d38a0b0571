"""Waiting until a server listens."""

import socket
import time
from pathlib import Path

from .process import Process


def wait_until_listening(port: int, process: Process, output: Path, patience: float = 20) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if not process.is_running:
            raise RuntimeError(f"ended at once: {last_lines(output)}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"does not listen: {last_lines(output)}")


def last_lines(output: Path, count: int = 5) -> str:
    try:
        return " | ".join(output.read_text(errors="replace").splitlines()[-count:])
    except FileNotFoundError:
        return "no output"
