"""The host program, from its descriptors to its exit status."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import signal
import sys
from typing import Any, AsyncIterator, NoReturn

from luna_plugins.host import plugin_file, surroundings
from luna_plugins.host.configuration import Configuration, ConfigurationError
from luna_plugins.host.control_channel import ControlChannel, ProtocolError
from luna_plugins.host.host import PluginHost
from luna_plugins.host.log import LOG
from luna_plugins.host.outbox import Outbox

#: The descriptor that the proxy gives us.
CONTROL = 3
#: From sysexits.h: wrong use, our own fault, the system refuses, no understanding, wrong settings.
EX_USAGE, EX_SOFTWARE, EX_OSERR, EX_PROTOCOL, EX_CONFIG = 64, 70, 71, 76, 78
#: How long, in seconds, the last lines for the proxy may take.
FAREWELL = 1.0


def main() -> NoReturn:
    """Runs to the end. Nothing is joined or cleaned up by the interpreter: a plugin's thread may never end."""
    sys.dont_write_bytecode = True
    first_stderr = os.dup(2)
    faulthandler.enable(file=first_stderr)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    os._exit(loop.run_until_complete(_run(first_stderr)))


async def _run(first_stderr: int) -> int:
    """Opens the control channel and serves it; the exit status."""
    loop = asyncio.get_running_loop()
    outbox = Outbox(loop)
    try:
        channel = await ControlChannel.open(CONTROL, outbox)
    except OSError as error:
        os.write(
            first_stderr, f"luna_plugins: the proxy starts this, with a socket as descriptor 3: {error}\n".encode()
        )
        return EX_USAGE
    surroundings.step_back()
    surroundings.capture_output(outbox, loop)
    surroundings.part_from_children(CONTROL)
    try:
        return await _serve(channel, first_stderr)
    except ConfigurationError as error:
        LOG.error("the configuration can't be used: %s", error)
        return EX_CONFIG
    except ProtocolError as error:
        LOG.error("the proxy is not understood: %s", error)
        return EX_PROTOCOL
    except OSError as error:
        LOG.error("the system refuses: %s", error)
        return EX_OSERR
    except Exception:
        LOG.exception("a fault of the plugin host")
        return EX_SOFTWARE
    finally:
        await channel.close(FAREWELL)
        surroundings.end_children()


async def _serve(channel: ControlChannel, first_stderr: int) -> int:
    """Reads the configuration and runs the host until the proxy says so, goes away, or SIGTERM comes."""
    messages = channel.messages()
    first = await _next(messages)
    if first is None:
        return 0
    configuration = Configuration.read(first)
    timeouts = configuration.timeouts
    logging.root.setLevel(configuration.log_level)
    logging.getLogger("asyncio").setLevel(max(logging.WARNING, configuration.log_level))
    guard = asyncio.create_task(surroundings.StallGuard(timeouts.stall, first_stderr).run())
    surroundings.limit_memory(configuration.limits.memory, len(configuration.plugins))
    plugin_file.make_importable(configuration.folders)
    host = PluginHost(configuration, channel.outbox)
    starting = asyncio.create_task(host.start())
    obeying = asyncio.create_task(_obey(messages, host, timeouts.close / 2))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, obeying.cancel)
    patience = 0.0
    try:
        done, _ = await asyncio.wait({starting, obeying}, return_when=asyncio.FIRST_COMPLETED)
        if starting in done:
            starting.result()
        patience = await obeying
        return 0
    finally:
        starting.cancel()
        closing = asyncio.create_task(host.close(patience))
        await asyncio.wait({closing}, timeout=patience + timeouts.close)
        guard.cancel()


async def _obey(messages: AsyncIterator[dict[str, Any]], host: PluginHost, patience: float) -> float:
    """Does what the proxy says; how long, in seconds, requests under way may then still take."""
    try:
        async for message in messages:
            if message.get("type") == "shutdown":
                return patience
            host.receive(message)
    except asyncio.CancelledError:
        return patience
    return 0


async def _next(messages: AsyncIterator[dict[str, Any]]) -> dict[str, Any] | None:
    """The next message; None when the proxy has gone."""
    async for message in messages:
        return message
    return None
