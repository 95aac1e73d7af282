"""Which papers a search may find, as each of its parts takes it."""

from collections.abc import Iterable
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]  # by paper id: may it be found? Ids beyond its end may not


class Allowed(NamedTuple):
    """Their ids, and the same as a mask. Shared by searches: neither is to be changed."""

    ids: set[int]
    mask: Mask

    @classmethod
    def of(cls, paper_ids: Iterable[int]) -> Self:
        """Return these papers."""
        ids = set(paper_ids)
        mask = np.zeros(max(ids, default=-1) + 1, np.bool_)
        mask[np.fromiter(ids, np.int64, len(ids))] = True
        return cls(ids, mask)
