"""Lines for the person who waits, on standard error: what takes long, what was left out."""

import sys


def tell_user(line: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
