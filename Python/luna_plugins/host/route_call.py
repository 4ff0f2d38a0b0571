"""One request for a plugin's route."""

from __future__ import annotations

import asyncio
import inspect
from functools import partial

from aiohttp import web

from luna_plugins.host import error_answer
from luna_plugins.host.log import traceback_text
from luna_plugins.host.plugin import DISABLED, Plugin, describe, settled
from luna_plugins.host.plugin_thread import CallFailure, PluginGone, ThreadBlocked, TimedOut
from luna_plugins.host.shares import Shares
from luna_plugins.request import PluginRequest, UnreadableContent
from luna_plugins.response import PluginResponse
from luna_plugins.routes import MatchedRoute


class RouteCall:
    """Reads the request's content, calls the handler on the plugin's thread, and makes an answer of what comes."""

    def __init__(
        self,
        plugin: Plugin,
        match: MatchedRoute,
        path: str,
        query: str,
        caller: str,
        handlers: Shares,
        kept: Shares,
    ) -> None:
        self._plugin = plugin
        self._match = match
        self._path = path
        self._query = query
        self._caller = caller
        self._handlers = handlers
        self._kept = kept
        self._kept_bytes = 0

    async def answer(self, request: web.BaseRequest, seconds: float, most_content: int) -> web.Response:
        """The answer, whatever the handler does; `seconds` are for the content and the handler together."""
        try:
            return await self._answer(request, seconds, most_content)
        finally:
            self._kept.give_back(self._caller, self._kept_bytes)

    async def _answer(self, request: web.BaseRequest, seconds: float, most_content: int) -> web.Response:
        deadline = asyncio.get_running_loop().time() + seconds
        try:
            content = await asyncio.wait_for(self._content(request, most_content), seconds)
        except asyncio.TimeoutError:
            return _closing(error_answer.TOO_LATE)
        if not isinstance(content, bytes):
            return _closing(content)
        # Not before: whoever sends slowly would keep others from the plugin.
        if not self._handlers.take(self._caller):
            return error_answer.OVERLOADED.response()
        try:
            return await self._handled(request, content, deadline)
        finally:
            self._handlers.give_back(self._caller)

    async def _handled(self, request: web.BaseRequest, content: bytes, deadline: float) -> web.Response:
        asked = PluginRequest(request.method, self._path, self._query, request.headers, content, self._match.match_info)
        remaining = max(0.001, deadline - asyncio.get_running_loop().time())
        try:
            response = await self._plugin.thread.call(partial(self._handle, asked), remaining, self._name(asked))
        except UnreadableContent as error:
            return error_answer.unreadable_content(str(error)).response()
        except PluginGone:
            return error_answer.NOT_RUNNING.response()
        except ThreadBlocked as failure:
            self._plugin.fail(DISABLED, f"{self._match.route.name}: {failure}", failure.place)
            return error_answer.TOO_LATE.response()
        except TimedOut as failure:
            self._log(asked, str(failure), failure.place)
            return error_answer.TOO_LATE.response()
        except CallFailure as failure:
            self._log(asked, str(failure), failure.place)
            return error_answer.FAULT.response()
        except Exception as error:
            self._log(asked, describe(error), traceback_text(error))
            return error_answer.FAULT.response()
        return web.Response(status=response.statusCode, body=response.body, headers=response.headers)

    async def _handle(self, request: PluginRequest) -> PluginResponse:
        """Runs on the plugin's loop; a plain handler gets a thread in which it may block."""
        handler = self._match.route.handler(self._match.verb)
        if inspect.iscoroutinefunction(handler):
            response = await handler(request)
        else:
            response = await settled(await self._plugin.thread.call_in_spare_thread(partial(handler, request)))
        if not isinstance(response, PluginResponse):
            raise TypeError(f"{self._match.route.name} gave a {type(response).__name__}, not a response")
        return response

    def _name(self, request: PluginRequest) -> str:
        """By the route: what is asked for may hold secrets."""
        return f"{request.method} {self._match.route.pattern.path}"

    async def _content(self, request: web.BaseRequest, most: int) -> bytes | error_answer.ErrorAnswer:
        """The whole content; or why it is not read to its end, as soon as that is known."""
        if (request.content_length or 0) > most:
            return error_answer.TOO_LARGE
        content = bytearray()
        async for piece in request.content.iter_any():
            if len(content) + len(piece) > most:
                return error_answer.TOO_LARGE
            if not self._kept.take(self._caller, len(piece)):
                return error_answer.OVERLOADED
            self._kept_bytes += len(piece)
            content += piece
        return bytes(content)

    def _log(self, request: PluginRequest, what: str, place: str) -> None:
        """Without the query, which may hold secrets."""
        self._plugin.log.error("%s %s (%s): %s\n%s", request.method, request.path, request.id, what, place)


def _closing(answer: error_answer.ErrorAnswer) -> web.Response:
    """An answer to a request whose content was not read to its end: the connection can't go on."""
    response = answer.response()
    response.force_close()
    return response
