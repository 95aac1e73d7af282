"""The commands that are killed: what each is done to, how, and what the library must hold before and afterwards."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from eval.benchmarks.faults.harness import SETTINGS, opened, paper, run, small_batches, write_papers
from rag.maintenance.rebuild import rebuild

Tell = Callable[[Any], None]


class Command(NamedTuple):
    """Something that writes: how it is done to a library, and what that holds before and afterwards."""

    name: str
    base: Path
    do: Callable[[Path, Tell], Any]
    before: Mapping[str, str]  # abstracts by title
    after: Mapping[str, str]
    in_steps: bool = False  # a kill may leave a part of the papers changed, each of them whole


def commands(work: Path) -> list[Command]:
    """Make the libraries that the commands are done to, and return the commands."""
    rows = [paper(number) for number in range(24)]
    new = [paper(number) for number in range(24, 48)]
    changed = [paper(number, "It needs no labels at all.") for number in range(0, 24, 2)]
    mixed = [*changed, *(paper(number) for number in range(1, 12, 2)), *(paper(number) for number in range(60, 66))]
    pairs = [row for number in range(8) for row in _two_papers(number)]
    joining = [*map(_in_other_words, rows[:12]), *map(_both_papers, range(8))]
    parts = {"base": rows, "new": new, "mixed": mixed, "pairs": [*rows, *pairs], "joining": joining}
    files = {name: write_papers(work / f"{name}.jsonl", some) for name, some in parts.items()}
    base, apart, merged = (work / f"{name}.library" for name in ("base", "apart", "merged"))
    for folder, name in ((base, "base"), (apart, "pairs"), (merged, "pairs"), (merged, "joining")):
        assert run(lambda tell: _ingest(folder, files[name], tell)).how == "value"  # noqa: B023
    texts, removed = _texts(rows), range(1, 13)
    before, after = _texts([*rows, *pairs]), _texts([*rows[12:], *joining])
    return [
        Command(
            "ingest, new papers", base, lambda at, tell: _ingest(at, files["new"], tell), texts, texts | _texts(new)
        ),
        Command(
            "ingest, updates", base, lambda at, tell: _ingest(at, files["mixed"], tell), texts, texts | _texts(mixed)
        ),
        Command("rebuild", base, _rebuild, texts, texts),
        Command("remove", base, lambda at, tell: _remove(at, removed), texts, _texts(rows[12:])),
        Command("merge", apart, lambda at, tell: _ingest(at, files["joining"], tell), before, after, in_steps=True),
        Command("split", merged, lambda at, tell: _split(at), after, before | _texts(joining), in_steps=True),
    ]


def _in_other_words(row: dict[str, Any]) -> dict[str, Any]:
    """Return a paper as another source has it: a comma more in the title, and a longer abstract."""
    title = row["title"].replace(" number", ", number")
    return {"id": f"other {row['id']}", "title": title, "abstract": f"{row['abstract']} It needs no labels at all."}


def _two_papers(number: int) -> list[dict[str, Any]]:
    """Return two records that nothing but an identifier of a third tells to be one paper."""
    word = f"quiet{'abcdefgh'[number]}"
    abstract = f"The {word} method has points on systems."
    return [
        {"id": f"a{number}", "title": f"{word} systems", "abstract": abstract, "doi": f"10.1000/{number}"},
        {"id": f"b{number}", "title": f"{word} systems, a new method", "abstract": f"{abstract} Ours.",
         "arxiv_id": f"2001.0000{number}"},
    ]  # fmt: skip


def _both_papers(number: int) -> dict[str, Any]:
    """Return the record that makes them one."""
    one, other = _two_papers(number)
    title = f"{one['title']} by a method"
    return {**one, **other, "id": f"c{number}", "title": title, "abstract": f"{other['abstract']} And theirs, in full."}


def _texts(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {row["title"]: row["abstract"] for row in rows}


def _ingest(folder: Path, file: Path, tell: Tell) -> Any:
    small_batches()
    with opened(folder) as library:
        tell("started")
        report = library.ingest(file, lambda step: tell(step.done) if step.stage == "embed" else None)
        return report.stored


def _rebuild(folder: Path, tell: Tell) -> Any:
    small_batches()
    return rebuild(folder, SETTINGS, lambda step: tell(step.done))


def _remove(folder: Path, removed: range) -> Any:
    with opened(folder) as library:
        return library.remove(removed)


def _split(folder: Path) -> Any:
    with opened(folder) as library:
        for merge in library.merges():
            library.split(merge.merge_id)
        return library.ingest([]).embedded  # of what a kill left waiting
