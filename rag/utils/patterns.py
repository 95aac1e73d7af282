"""Patterns that are compiled when they are first used.

Those that tell a denial or the forms of a marker have thousands of characters: to compile them all took a quarter of a
second, in every process, also where no language model's text is ever read.
"""

import re
from typing import Any, cast


def lazily(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Return what `re.compile` does, compiled when one of its methods is first called.

    A mistake in it shows only then. Its methods are those of a pattern, but `re.sub` and its like don't take it, and it
    isn't the `re` of its matches.

    >>> lazily("a+").sub("b", "caat"), lazily("A", re.IGNORECASE).search("cat").start()
    ('cbt', 1)
    """
    return cast("re.Pattern[str]", _Lazy(pattern, flags))


class _Lazy:
    """Stands for a pattern until something is asked of it."""

    def __init__(self, pattern: str, flags: re.RegexFlag) -> None:
        self._made_of = pattern, flags

    def __getattr__(self, name: str) -> Any:
        """Return a method of the pattern, and keep it: this is called once for each."""
        found = getattr(re.compile(*self._made_of), name)
        setattr(self, name, found)
        return found
