"""Open the index of a library in another process first: a damaged Chroma can take down whoever opens it.

python -m rag.storage.index.probe FOLDER LIBRARY    prints what it counted as JSON, exit 0; or one line, exit 4; or dies
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from rag.errors import LibraryDamagedError, RagError
from rag.storage.index.index import FolderIndex
from rag.storage.layout import IndexFolder

SECONDS = 300
TOLD = 4  # exit code of an expected error; an uncaught one has 1


class Probed(NamedTuple):
    """What an index holds: the ids of the papers with vectors and of those with token embeddings, and any damage."""

    vectors: frozenset[int]
    tokens: frozenset[int]
    damage: tuple[str, ...]


def probe(folder: IndexFolder) -> Probed:
    """Return what the index in `folder` holds, read by another process. Raises LibraryDamagedError when it can't be."""
    if not folder.path.is_dir():
        msg = f"The vectors in {folder.path} are gone. {folder.advice}"
        raise LibraryDamagedError(msg)
    command = [sys.executable, "-m", "rag.storage.index.probe", str(folder.path.resolve()), str(folder.library)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        msg = f"The vectors in {folder.path} could not be opened in {SECONDS} s. {folder.advice}"
        raise LibraryDamagedError(msg) from error
    if done.returncode == TOLD:
        raise LibraryDamagedError(done.stderr.strip().splitlines()[-1])
    if done.returncode != 0:
        msg = f"Opening the vectors in {folder.path} crashed (exit {done.returncode}). {folder.advice}"
        raise LibraryDamagedError(msg)
    found = json.loads(done.stdout)
    return Probed(frozenset(found["vectors"]), frozenset(found["tokens"]), tuple(found["damage"]))


def main(folder: str, library: str) -> int:
    """Print what the index in `folder` holds."""
    try:
        index = FolderIndex(IndexFolder(Path(folder), Path(library)), create=False)
        found = {
            "vectors": sorted(index.vectors.ids()),
            "tokens": sorted(index.tokens.ids()),
            "damage": index.damage(),
        }
        index.close()
    except RagError as error:
        sys.stderr.write(f"{error}\n")
        return TOLD
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
