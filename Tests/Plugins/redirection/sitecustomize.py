"""Takes connections to 127.0.0.1:5020, which the seed's example has in its source, to the port of REDIRECT_5020.

Python imports this at its start where this folder is in PYTHONPATH. So the plugin file stays as it is, and no test
needs a port of its own choice.
"""

import asyncio.selector_events
import os

_connect = asyncio.selector_events.BaseSelectorEventLoop.sock_connect


async def _redirected(self, sock, address):
    """As `sock_connect`, which all of asyncio's and aiohttp's connections go through."""
    if address[:2] == ("127.0.0.1", 5020):
        address = ("127.0.0.1", int(os.environ["REDIRECT_5020"]))
    return await _connect(self, sock, address)


asyncio.selector_events.BaseSelectorEventLoop.sock_connect = _redirected
