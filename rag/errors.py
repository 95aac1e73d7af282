"""Every error that a caller may expect, as one tree.

    RagError
    ├── LibraryError            the folder of a library can't be used as it is
    │   ├── LibraryMissingError     nothing there
    │   ├── LibraryLockedError      another process is writing
    │   ├── LibraryMismatchError    made by a newer version or with another embedding model
    │   └── LibraryDamagedError     the catalog or the vectors can't be read
    ├── StorageError            a write failed: full disk, read-only folder; a server that can't be reached
    │   └── VectorsAwayError        what finds the nearest papers can't be asked now; their words can
    ├── BackupError             a backup is none, is damaged, or there is no place for what it holds
    ├── EmptyLibraryError       nothing to search yet
    ├── SourceError             a path to ingest can't be read
    ├── FetchError              an index of papers can't be asked, refuses, or gives no sound answer
    ├── ExportError             papers can't be written in the form that was asked for
    ├── QuestionError           a question, filter or limit that can't be used
    ├── MergeError              a merge to undo that isn't there
    ├── EmbeddingError          the embedding model is missing, wrong or unreachable
    ├── ModelError              the language model is missing, refuses, fails or is unreachable
    │   ├── StoppedError            an answer was stopped before it was whole
    │   ├── UsedUpError             all tokens of a reply went into thinking
    │   ├── CostLimitError          a request could cost more than what is left of the limit
    │   └── ContextOverflowError    what was sent is longer than its context window
    ├── PromptError             a prompt file is missing or doesn't keep its contract
    └── SettingsError           a setting has an unusable value

A message is one line: what happened, with which value, and what to do next. The faces (command line, chat)
catch `RagError` and nothing else.
"""

from collections.abc import Sequence


class RagError(Exception):
    """Root of every expected error; `str(error)` is one line for a person."""


class LibraryError(RagError):
    """The folder of a library can't be used as it is."""


class LibraryMissingError(LibraryError):
    """No library at the path."""


class LibraryLockedError(LibraryError):
    """Another process is writing to the library."""


class LibraryMismatchError(LibraryError):
    """The library was made by a newer version, or with another embedding model or chunker."""


class LibraryDamagedError(LibraryError):
    """The catalog or the vectors can't be read."""


class StorageError(RagError):
    """A write to the library failed, or a server of it can't be reached."""


class VectorsAwayError(StorageError):
    """What finds the nearest papers by their vectors can't be asked now; full text and papers can.

    `near`: what it told all the same, as (paper id, cosine); it lacks many papers.
    """

    def __init__(self, line: str, near: Sequence[tuple[int, float]] = ()) -> None:
        """Tell the line to people."""
        super().__init__(line)
        self.near = near


class BackupError(RagError):
    """A file is no sound backup, or what it holds can't be put where it should go."""


class EmptyLibraryError(RagError):
    """The library holds no paper that could be searched."""


class SourceError(RagError):
    """A path given to ingest can't be read."""


class FetchError(RagError):
    """An index of papers can't be asked, refuses, or gives no sound answer.

    `index` is the index as people call it, `status` the HTTP status of its answer, 0 where there was none.
    """

    def __init__(self, index: str, happened: str, advice: str, status: int = 0) -> None:
        self.index, self.happened, self.advice, self.status = index, happened, advice, status
        super().__init__(f"{index}: {happened}. {advice}")


class ExportError(RagError):
    """Something can't be written in the form that was asked for. The message says what is missing."""


class QuestionError(RagError):
    """A question, a filter or a limit can't be used."""


class MergeError(RagError):
    """A merge that was to be undone isn't there."""

    def __init__(self, merge_id: int) -> None:
        self.merge_id = merge_id
        super().__init__(
            f"There is no merge {merge_id}: it was undone already, or its paper is gone. List them: askpapers merges"
        )


class EmbeddingError(RagError):
    """The embedding model is missing, damaged or unreachable."""


class SettingsError(RagError):
    """A setting has an unusable value."""


class PromptError(RagError):
    """A prompt file is missing or doesn't keep its declared contract."""


class ModelError(RagError):
    """The language model is missing, refuses, fails or is unreachable."""


class StoppedError(ModelError):
    """An answer was stopped before it was whole."""

    def __init__(self) -> None:
        super().__init__("The answer was stopped before it was whole. Ask again.")


class UsedUpError(ModelError):
    """A model used up the tokens of a reply before it wrote anything.

    `tokens` are those that it read, that it wrote, and how many of these went into thinking.
    """

    def __init__(self, message: str, tokens: tuple[int, int, int] = (0, 0, 0)) -> None:
        self.tokens = tokens
        super().__init__(message)


class CostLimitError(ModelError):
    """A request was not sent, because it could cost more than what is left of the limit."""


class ContextOverflowError(ModelError):
    """What was sent is longer than the model's context window."""
