"""From a plugin's name to its classes."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
from types import ModuleType

from luna_plugins.base.plugins_meta.base_plugins import (
    MONITORING_EVENT,
    BaseBackgroundPlugin,
    BaseEventPlugin,
    BasePlugin,
)

#: The package whose modules the plugins are, as in luna-api, and the folder from which it is imported.
PACKAGE = "luna_api.plugins"
_IMPORTABLE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "importable")
#: Tells that package, in child processes too, where the plugins lie.
FOLDERS = "LUNA_PLUGINS_FOLDERS"

#: The plugin that the proxy itself is.
BUILTIN = "luna-streams"


class PluginFileError(Exception):
    """Why a plugin can't be taken from its file."""


def find(name: str, folders: list[str]) -> str:
    """The path of the plugin's file. Raises PluginFileError unless there is exactly one."""
    if name == BUILTIN:
        raise PluginFileError(f"{BUILTIN} is built in; a file can't take its name")
    if not name or os.sep in name or "\0" in name or name.startswith("."):
        raise PluginFileError("a plugin's name is a file name without .py")
    paths = [os.path.join(folder, f"{name}.py") for folder in folders]
    found = [path for path in paths if os.path.isfile(path)]
    if not found:
        raise PluginFileError(f"there is no file {' or '.join(paths)}")
    if len(found) > 1:
        raise PluginFileError(f"there are {len(found)} files of that name: {', '.join(found)}")
    return found[0]


def make_importable(folders: list[str]) -> None:
    """Has plugins, and what lies beside them, be found as modules: here, and in child processes however they begin."""
    os.environ[FOLDERS] = os.pathsep.join(folders)
    inherited = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([_IMPORTABLE, *([inherited] if inherited else [])])
    sys.path.insert(0, _IMPORTABLE)
    # Last, so that they hide no module of the system.
    sys.path.extend(folders)
    importlib.import_module(PACKAGE)


def load(name: str, path: str) -> ModuleType:
    """Imports the file as a module of the package. Raises what the file raises.

    A name with a dot is none that Python could find, and a folder of the same name would be found first: then the file
    is taken by its path.
    """
    full_name = f"{PACKAGE}.{name}"
    spec = None if "." in name else importlib.util.find_spec(full_name)
    if spec is not None and spec.origin is not None and spec.has_location and os.path.samefile(spec.origin, path):
        return importlib.import_module(full_name)
    spec = importlib.util.spec_from_file_location(full_name, path)
    if spec is None or spec.loader is None:
        raise PluginFileError(f"{path} can't be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def classes(module: ModuleType) -> list[type[BasePlugin]]:
    """The plugin classes that the file itself defines, in its order; abstract ones are bases of others.

    Raises PluginFileError if there is none, or one for an event that does not exist.
    """
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, (BaseEventPlugin, BaseBackgroundPlugin))
        and value.__module__ == module.__name__
        and not inspect.isabstract(value)
    ]
    if not found:
        raise PluginFileError(
            "there is no plugin class in it: none is derived from a base class and has all its methods"
        )
    for plugin_class in found:
        event = getattr(plugin_class, "eventName", MONITORING_EVENT)
        if event != MONITORING_EVENT:
            raise PluginFileError(f"{plugin_class.__name__} is for the event {event!r}; there is {MONITORING_EVENT}")
    return list(dict.fromkeys(found))


def kinds(found: list[type[BasePlugin]]) -> list[str]:
    """Which kinds of plugin the classes are: event, background."""
    of_kind = {"event": BaseEventPlugin, "background": BaseBackgroundPlugin}
    return [kind for kind, base in of_kind.items() if any(issubclass(one, base) for one in found)]
