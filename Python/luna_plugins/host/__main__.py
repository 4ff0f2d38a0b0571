"""`python3 -m luna_plugins.host`, which the proxy starts with the control channel as descriptor 3."""

import os
import sys

#: From sysexits.h: something that is needed is missing.
EX_UNAVAILABLE = 69

if sys.version_info < (3, 9):
    sys.exit(f"luna_plugins: Python 3.9 or newer is needed, this is {sys.version.split()[0]}")

# Python puts the working directory first: a file that happens to lie there must not pass for a module.
if sys.path[0] == os.getcwd():
    del sys.path[0]

try:
    import aiohttp as _  # noqa: F401
except ImportError as error:
    print(f"luna_plugins: aiohttp is needed (Debian: python3-aiohttp): {error}", file=sys.stderr)
    sys.exit(EX_UNAVAILABLE)

from luna_plugins.host.program import main

main()
