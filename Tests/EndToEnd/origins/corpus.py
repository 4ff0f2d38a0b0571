"""An origin that answers with the messages of the corpus, byte for byte."""

from __future__ import annotations

import re

from corpus import CASES
from origins.origin import Origin, OriginConnection

_NUMBER = re.compile(r"[?&]case=([0-9]+)\Z")
#: What a request that names no case gets.
WELL = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell"


class CorpusOrigin(Origin):
    """Answers a target that ends in `case=N` with that case's bytes.

    Where the case is complete and leaves its connection in order it stays open, else the sending half is closed: what
    is missing will not come.
    """

    def serve(self, connection: OriginConnection) -> None:
        while True:
            request = connection.read_request()
            match = _NUMBER.search(request.target)
            if not match:
                connection.send(WELL)
                continue
            case = CASES[int(match.group(1))]
            connection.send(case.raw)
            if case.outcome != "accepted" or case.closes:
                connection.shut()
                connection.wait_for_end()
                return
