"""The program of `KillableOrigin`: notes each whole request in a file, so that even its sudden end leaves the record.

    python3 -m origins.noting_process PORT FILE

A line of the file is the method and the target. The answer is JSON that repeats the target; it takes a moment, so that
the end finds calls in every state.
"""

from __future__ import annotations

import os
import random
import socket
import sys
import threading
import time

from bytestream import ByteStream, WireFault
from messages import content_after, read_request_head


def serve(sock: socket.socket, record: int) -> None:
    """One connection, to its end."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream = ByteStream(sock, 60)
    try:
        while True:
            head = read_request_head(stream)
            content_after(head, stream).read()
            # In one write, and before the answer: whoever has an answer finds it here.
            os.write(record, f"{head.method} {head.target}\n".encode())
            time.sleep(random.uniform(0, 0.003))
            content = b'{"target": "%b"}' % head.target.encode()
            field = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(content)
            sock.sendall(b"HTTP/1.1 200 OK\r\n" + field + content)
    except (EOFError, OSError, WireFault):
        sock.close()


def main() -> None:
    """Listens, says so, and serves until it is killed."""
    record = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", int(sys.argv[1])))
    listener.listen(1024)
    print("listening", flush=True)
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve, args=(sock, record), daemon=True).start()


if __name__ == "__main__":
    main()
