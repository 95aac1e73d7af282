"""What an index that is made anew takes over from the one before: the vectors and token states that are still sound."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress

from rag.errors import LibraryDamagedError
from rag.storage.base import Carry, IndexedPaper
from rag.storage.index.older import keep_vectors, open_unkept
from rag.storage.index.probe import probe
from rag.storage.index.token_embeddings import NO_TOKENS, Form
from rag.storage.index.token_store import TokenStore
from rag.storage.index.vector_store import VectorStore
from rag.storage.layout import IndexFolder


def nothing(paper_ids: Sequence[int]) -> list[IndexedPaper]:
    """Carry over nothing: all papers are embedded."""
    del paper_ids
    return []


@contextmanager
def carrying(folder: IndexFolder, form: Form | None = None) -> Iterator[Carry]:
    """Lend what gives those of some papers whose vectors and token states in an index are what was written.

    Token states that were made small in another form than `form`, where it is given, are none. Where vectors were not
    kept yet they are taken from Chroma, if it can be read. An index that can't be gives none.
    """
    with ExitStack() as files:
        try:
            if not folder.vectors.is_file():
                _keep(folder)
            kept = files.enter_context(closing(VectorStore(folder.vectors, folder.advice, create=False)))
            tokens = files.enter_context(closing(TokenStore(folder.tokens, folder.advice, create=False)))
            with_tokens = bool(tokens.ids())  # a model may give none
        except LibraryDamagedError:
            yield nothing
            return

        def carry(paper_ids: Sequence[int]) -> list[IndexedPaper]:
            with suppress(LibraryDamagedError):
                vectors, found = kept.get(paper_ids, damaged=True), tokens.get(paper_ids, damaged=True)
                states = {paper_id: one for paper_id, one in found.items() if form is None or one.form is form}
                sound = vectors.keys() & states.keys() if with_tokens else vectors.keys()
                return [
                    (paper_id, list(vectors[paper_id]), states.get(paper_id, NO_TOKENS)) for paper_id in sorted(sound)
                ]
            return []

        yield carry


def _keep(folder: IndexFolder) -> None:
    probe(folder, everything=False)
    with closing(open_unkept(folder)[0]) as chroma:
        keep_vectors(folder, chroma)
