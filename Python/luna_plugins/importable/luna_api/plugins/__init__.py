"""The plugins: its modules are the files of the plugin folder, and what lies beside them."""

import os

__path__ = [folder for folder in os.environ.get("LUNA_PLUGINS_FOLDERS", "").split(os.pathsep) if folder]
