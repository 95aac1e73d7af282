"""eval/RESULTS.md keeps the project's own numbers: what a measure prints stands between two marks that name it."""

from pathlib import Path

from rag.errors import SourceError

RESULTS = Path(__file__).resolve().parents[1] / "RESULTS.md"


def keep(name: str, text: str, path: Path = RESULTS) -> None:
    """Put what the measure `name` printed in the place of what it printed before.

    Raises SourceError when the file has no place for it.
    """
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, found, rest = path.read_text("utf-8").partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        msg = f"{path.name} has no place for {name}. Write {begin} and {end} where it belongs, each on a line."
        raise SourceError(msg)
    path.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}", "utf-8")
