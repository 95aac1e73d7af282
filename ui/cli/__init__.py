"""The command line, a module per group of commands: `askpapers`, or python -m ui.cli."""

from ui.cli.app import main

__all__ = ["main"]
