"""How far a long work on a library is."""

from collections.abc import Callable
from typing import NamedTuple


class Progress(NamedTuple):
    """How far a work is: its stage (`read`, `embed`, `fetch` or `look up`), what is done, and of how many if known."""

    stage: str
    done: int
    total: int | None


Watch = Callable[[Progress], None]
