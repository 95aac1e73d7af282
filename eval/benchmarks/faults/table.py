"""Faults by the hundred: what was tried, what survived, and what was lost (python -m eval.benchmarks faults).

A try survives when every command ends in a result or in one line, doctor names what is wrong or nothing is, the
command that mends it does, and no paper that was stored is missing.
"""

from pathlib import Path
from time import monotonic


def measure(work: Path) -> str:
    """Return a Markdown table, and what went wrong below it."""
    from eval.benchmarks.faults import (  # they load Chroma, before anything is forked
        catalogs,
        concurrency,
        damage,
        disk,
        flushes,
        kills,
    )

    folder = work / "faults"
    folder.mkdir(parents=True, exist_ok=True)
    begun = monotonic()
    lines = [line for part in (kills, flushes, disk, damage, catalogs, concurrency) for line in part.measure(folder)]
    tried, lost = sum(line.tried for line in lines), sum(line.lost for line in lines)
    return "\n".join(
        [
            "| fault | tried | survived | named by doctor | papers lost |",
            "|---|---|---|---|---|",
            *map(str, lines),
            "",
            f"{tried:,} faults in {monotonic() - begun:,.0f} s, {lost} papers lost.",
            *(f"- {note}" for line in lines for note in line.notes),
        ]
    )
