"""Where papers came from, as it is called on one line: a file by its name, a query of an index as it is."""

import re
from pathlib import PurePath

PATH = re.compile(r"/|\\\\|[A-Za-z]:[\\/]")  # how the whole path of a file begins


def short_name(source: str) -> str:
    """Return what a source is called where there is little room.

    >>> short_name("/home/ada/export.bib"), short_name("doi: 10.1000/182")
    ('export.bib', 'doi: 10.1000/182')
    """
    return PurePath(source).name if PATH.match(source) else source
