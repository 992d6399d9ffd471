"""The command line: thin. It reads options, calls the engine, and prints what comes back.

Scripts rely on its options and exit codes (see `filrouge.cli.exits`); `docs/reference/cli.md` lists them.
"""

from filrouge.cli.app import main

__all__ = ["main"]
