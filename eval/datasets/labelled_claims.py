"""Claims that people labelled, each with the text that it is judged by.

A labelled set is JSON Lines, may be gzipped: `claim`, `context` (a text or a list of sentences), `title` if any, and
`label` (1 supported, 0 not) or `verdict` (SUPPORT, CONTRADICT, NEI).
"""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import SourceError

KINDS = {"SUPPORT": "supported", "CONTRADICT": "contradicted", "NEI": "unrelated"}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A claim, the text that it is judged by, whether that supports it, and what kind of pair it is."""

    claim: str
    context: str
    supported: bool
    kind: str


def load_labelled(path: Path) -> list[Labelled]:
    """Return the claims of a labelled set. Raises SourceError that names the line."""
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        lines = content.decode("utf-8-sig").split("\n")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        msg = f"The labelled claims {path} can't be read ({error})."
        raise SourceError(msg) from error
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(_labelled(json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                needed = "claim, context, and label or verdict"
                msg = f"{path} line {number} is no labelled claim ({error!r}). It needs {needed}."
                raise SourceError(msg) from error
    if len({one.supported for one in found}) < 2:
        msg = f"{path} needs claims that are supported and claims that are not."
        raise SourceError(msg)
    return found


def _labelled(row: Any) -> Labelled:
    context = row["context"] if isinstance(row["context"], str) else " ".join(row["context"])
    verdict = row.get("verdict")
    supported = verdict == "SUPPORT" if verdict is not None else bool(row["label"])
    kind = KINDS.get(verdict, "supported" if supported else "not supported")
    return Labelled(str(row["claim"]), " ".join(filter(None, [row.get("title", ""), context])), supported, kind)
