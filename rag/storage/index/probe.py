"""Open the vectors of a library in another process first: a damaged Chroma can take down whoever opens it.

python -m rag.storage.index.probe FOLDER      prints what it counted as JSON, exit 0; or one line, exit 4; or dies
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from rag.errors import LibraryDamagedError, RagError
from rag.storage.index.index import Index

SECONDS = 300
TOLD = 4  # exit code of an expected error; an uncaught one has 1


class Probed(NamedTuple):
    """What an index holds: the ids of the papers with vectors and of those with token states, and any damage."""

    vectors: frozenset[int]
    states: frozenset[int]
    damage: tuple[str, ...]


def probe(folder: Path) -> Probed:
    """Return what the index in `folder` holds, read by another process. Raises LibraryDamagedError when it can't be."""
    mend = f"Make them anew with: askpapers rebuild --library {folder.parent}"
    if not folder.is_dir():
        msg = f"The vectors in {folder} are gone. {mend}"
        raise LibraryDamagedError(msg)
    command = [sys.executable, "-m", "rag.storage.index.probe", str(folder.resolve())]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        msg = f"The vectors in {folder} could not be opened in {SECONDS} s. {mend}"
        raise LibraryDamagedError(msg) from error
    if done.returncode == TOLD:
        raise LibraryDamagedError(done.stderr.strip().splitlines()[-1])
    if done.returncode != 0:
        msg = f"Opening the vectors in {folder} crashed (exit {done.returncode}). {mend}"
        raise LibraryDamagedError(msg)
    found = json.loads(done.stdout)
    return Probed(frozenset(found["vectors"]), frozenset(found["states"]), tuple(found["damage"]))


def main(folder: str) -> int:
    """Print what the index in `folder` holds."""
    try:
        index = Index(Path(folder), create=False)
        found = {
            "vectors": sorted(index.vectors.ids()),
            "states": sorted(index.states.ids()),
            "damage": index.vectors.damage() + index.states.damage(),
        }
        index.close()
    except RagError as error:
        sys.stderr.write(f"{error}\n")
        return TOLD
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
