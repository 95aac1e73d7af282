"""The faces of Askpapers: the command line (ui.cli)."""
