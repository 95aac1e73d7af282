"""What was measured, a row each, beside the limit that a library of its size has."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

SMALL, LARGE = 100_000, 1_000_000  # papers that the limits were set for; between them they grow evenly
LIMITS = {
    "warm search, p50": (30.0, 150.0),
    "warm search, p95": (90.0, 500.0),
    "first search in a fresh process": (1.5, None),
    "memory of the searching process": (450.0, 1_500.0),
    "on disk, all": (1_800.0, 18_000.0),
    "index made anew, without embedding": (300.0, 3_000.0),
    "recall@10 of the index against all compared": (0.99, 0.99),
}
A_PAPER = frozenset(("on disk, all", "index made anew, without embedding"))  # grow with the papers at any size,
FIXED = 0.1  # but for this share of what they are at SMALL
AT_LEAST = frozenset(("recall@10 of the index against all compared",))


@dataclass(frozen=True, slots=True)
class Row:
    """One thing measured: a number in its unit, and what is to be known of it."""

    what: str
    value: float
    unit: str
    note: str = ""

    def limit(self, papers: int) -> float | None:
        """Return its limit for so many papers; None where none is set."""
        small, large = LIMITS.get(self.what, (None, None))
        if small is None:
            return None
        if self.what in A_PAPER:
            return small * max(papers / SMALL, FIXED)
        if papers <= SMALL or large is None:
            return small if papers <= SMALL else None
        return float(np.interp(papers, (SMALL, LARGE), (small, large))) if papers <= LARGE else None

    def within(self, papers: int) -> bool | None:
        """Tell whether it keeps to its limit; None where it has none."""
        limit = self.limit(papers)
        if limit is None:
            return None
        return self.value >= limit if self.what in AT_LEAST else self.value <= limit

    def to_dict(self, papers: int) -> dict[str, Any]:
        """Return it as JSON has it, with its limit and whether it is kept."""
        return {**asdict(self), "limit": self.limit(papers), "within": self.within(papers)}


def as_markdown(rows: Iterable[Row], papers: int) -> str:
    """Return the rows as a table."""
    head = "| what | measured | limit | | |\n|---|---|---|---|---|"
    return "\n".join([head, *(_line(row, papers) for row in rows)])


def shown(value: float, unit: str) -> str:
    """Return a number in its unit, with as many digits as tell something.

    >>> shown(0.99512, ""), shown(31.26, "ms"), shown(1234.5, "MB")
    ('0.995', '31.3 ms', '1,234 MB')
    """
    digits = 3 if not unit else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{digits}f} {unit}".strip()


def _line(row: Row, papers: int) -> str:
    limit = row.limit(papers)
    kept = {None: "", True: "kept", False: "**not kept**"}[row.within(papers)]
    bound = "" if limit is None else shown(limit, row.unit)
    return f"| {row.what} | {shown(row.value, row.unit)} | {bound} | {kept} | {row.note} |"
