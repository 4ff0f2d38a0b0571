"""The Unix socket where the proxy asks for the routes of plugins."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import socket
from typing import Mapping

from aiohttp import web

from luna_plugins.host import error_answer
from luna_plugins.host.configuration import Limits, Timeouts
from luna_plugins.host.log import LOG
from luna_plugins.host.plugin import RUNNING, STARTING, Plugin
from luna_plugins.host.route_call import RouteCall
from luna_plugins.host.shares import Shares
from luna_plugins.routes import AllowedMethods

PREFIX = "/6/plugins/"
#: The proxy has limits of its own for heads; whatever passes them is taken here.
_LONGEST_LINE = 64 * 1024
#: So many requests with as much content as a plugin's route takes may be kept at once, for all plugins together.
_LARGEST_AT_ONCE = 16


class RequestListener:
    """An HTTP/1.1 server that only processes of the proxy's user can connect to."""

    def __init__(self, path: str, plugins: Mapping[str, Plugin], timeouts: Timeouts, limits: Limits) -> None:
        self._path = path
        self._plugins = plugins
        self._timeouts = timeouts
        self._limits = limits
        #: All requests under way.
        self._under_way = 0
        #: Handlers that run, by plugin; and bytes of content that are kept.
        self._handlers: dict[str, Shares] = {}
        self._bytes = Shares(_LARGEST_AT_ONCE * limits.content)
        self._idle = asyncio.Event()
        self._idle.set()
        self._server = web.Server(
            self._answer,
            access_log=None,
            auto_decompress=False,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
        )
        self._socket = _bound(path)
        self._listener: asyncio.AbstractServer | None = None

    async def listen(self) -> None:
        """From now on the proxy can connect."""
        self._listener = await asyncio.get_running_loop().create_unix_server(self._server, sock=self._socket)

    async def close(self, patience: float) -> None:
        """Takes no more connections, and waits for the requests under way, at most so many seconds."""
        if self._listener is not None:
            self._listener.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path)
        await asyncio.wait({asyncio.ensure_future(self._idle.wait())}, timeout=patience)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Any request that comes."""
        try:
            response = await self._decide(request)
        except Exception:
            LOG.exception("a fault of the plugin host")
            response = error_answer.FAULT.response()
        response.headers.setdefault("Server", "luna_plugins")
        return response

    async def _decide(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        name, slash, rest = path[len(PREFIX) :].partition("/")
        plugin = self._plugins.get(name)
        if plugin is None or not path.startswith(PREFIX) or not slash:
            return error_answer.NO_SUCH_PAGE.response()
        if plugin.state != RUNNING:
            starting = plugin.state == STARTING
            return (error_answer.STARTING if starting else error_answer.NOT_RUNNING).response()
        match = plugin.app.routes.find(request.method, "/" + rest)
        if match is None:
            return error_answer.NO_SUCH_PAGE.response()
        if isinstance(match, AllowedMethods):
            return error_answer.method_not_allowed(match.allow).response()
        handlers = self._handlers.setdefault(name, Shares(self._limits.requests))
        self._under_way += 1
        self._idle.clear()
        try:
            call = RouteCall(plugin, match, path, query, _caller(request), handlers, self._bytes)
            return await call.answer(request, self._timeouts.request, self._limits.content)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()


def _caller(request: web.BaseRequest) -> str:
    """Whose requests are counted together: an account's, else those of a client's address, or of the /56 that it is in. Both
    are as the proxy tells them."""
    account = request.headers.get("Luna-Account-Id")
    if account is not None:
        return account
    text = request.headers.get("X-Forwarded-For", "")
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(text)
        if address.version == 6:
            return str(ipaddress.ip_network((address, 56), strict=False))
    return text


def _bound(path: str) -> socket.socket:
    """A socket at that path, mode 0600 from its first moment on. It refuses connections until somebody listens."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        listener.bind(path)
    finally:
        os.umask(mask)
    return listener
