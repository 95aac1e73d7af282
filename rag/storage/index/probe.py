"""Open the index of a library in another process first: a damaged Chroma can take down whoever opens it.

python -m rag.storage.index.probe FOLDER LIBRARY chroma|all

It prints what it found as JSON, exit 0; or one line, exit 4; or dies.
"""

import json
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

from rag.errors import LibraryDamagedError, RagError
from rag.storage.folder.sqlite_files import integrity_damage
from rag.storage.index.chroma import embedded_vectors
from rag.storage.index.mending import seen_damage
from rag.storage.index.token_embeddings import Form
from rag.storage.index.token_store import TokenStore
from rag.storage.index.vector_store import VectorStore
from rag.storage.layout import CHROMA_FILE, IndexFolder
from rag.utils.arrays import Vector

SECONDS = 300
TOLD = 4  # exit code of an expected error; an uncaught one has 1
ASKED = 20  # vectors, spread over the library, whose nearest are asked for: that walks over the index


class Probed(NamedTuple):
    """The ids of the papers in Chroma, with kept vectors (None: they keep none yet), with token embeddings; damage.

    `signed`: how many of them have token embeddings in the signed form.
    """

    vectors: frozenset[int]
    kept: frozenset[int] | None
    tokens: frozenset[int]
    damage: tuple[str, ...]
    signed: int = 0


def probe(folder: IndexFolder, *, everything: bool = True) -> Probed:
    """Return what the index in `folder` holds, read by another process; only Chroma unless `everything`.

    Raises LibraryDamagedError when it can't be read.
    """
    if not folder.path.is_dir():
        msg = f"The vectors in {folder.path} are gone. {folder.advice}"
        raise LibraryDamagedError(msg)
    place, what = str(folder.path.resolve()), "all" if everything else "chroma"
    command = [sys.executable, "-m", "rag.storage.index.probe", place, str(folder.library), what]
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
    kept = None if found["kept"] is None else frozenset(found["kept"])
    vectors, tokens = frozenset(found["vectors"]), frozenset(found["tokens"])
    return Probed(vectors, kept, tokens, tuple(found["damage"]), found["signed"])


def main(folder: str, library: str, what: str) -> int:
    """Print what the index in `folder` holds."""
    try:
        found = _found(IndexFolder(Path(folder), Path(library)), everything=what == "all")
    except RagError as error:
        sys.stderr.write(f"{error}\n")
        return TOLD
    sys.stdout.write(json.dumps(found))
    return 0


def _found(folder: IndexFolder, *, everything: bool) -> dict[str, object]:
    with ExitStack() as files:
        kept, damage, tokens, signed = None, list[str](), set[int](), 0
        if folder.vectors.is_file():
            kept = files.enter_context(closing(VectorStore(folder.vectors, folder.advice, create=False)))
        if everything:
            store = files.enter_context(closing(TokenStore(folder.tokens, folder.advice, create=False)))
            tokens, signed = store.ids(), len(store.in_form(Form.SIGNED))
            if seen := seen_damage(folder, whole=True):
                raise LibraryDamagedError(f"{seen}. {folder.advice}")
            damage += [*(kept.damage() if kept else []), *store.damage()]
            damage += integrity_damage(folder.chroma / CHROMA_FILE)
        chroma = files.enter_context(closing(embedded_vectors(folder.chroma, folder.advice, create=False)))
        there = chroma.chunks()
        for vector in _spread(kept) if kept else []:
            chroma.nearest(vector, 10)
        return {
            "vectors": sorted(there),
            "kept": sorted(kept.ids()) if kept else None,
            "tokens": sorted(tokens),
            "damage": damage,
            "signed": signed,
        }


def _spread(kept: VectorStore) -> list[Vector]:
    ids = sorted(kept.ids())
    return [matrix[0] for matrix in kept.get(ids[:: max(len(ids) // ASKED, 1)], damaged=True).values()]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
