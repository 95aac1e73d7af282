"""A path to the open files behind it: one, or each member of an archive, told by what it holds, never by its name.

`.gz` and `.zip` are unpacked as they are read, never to the disk, within limits that no shelf of abstracts reaches;
an office file is one file, though it is an archive. Standard input is a path named `-`.
"""

import gzip
import io
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO, NamedTuple

from rag.readers.inputs.kinds import is_office
from rag.readers.inputs.streams import Begun, Readable, UnreadableError
from rag.readers.inputs.zip_stream import CUT, DAMAGED, Member, zip_members

STANDARD_INPUT = Path("-")
GZIP, ZIP = b"\x1f\x8b\x08", (b"PK\3\4", b"PK\5\6")
HIDDEN = re.compile(r"(?:^|/)(?:\.|__MACOSX(?:/|$))")
MOST_MEMBERS = 100_000
MOST_BYTES = 50_000_000_000  # that may come out of one archive
MOST_SWELLING = 200  # times its packed size, of a file that is larger than MUCH; text swells 3 to 20 times
MUCH = 100_000_000  # bytes


class Opened(NamedTuple):
    """A file to read, under the name of its source; or the reason why it isn't read."""

    name: str
    content: Readable | str


def source_name(path: Path) -> str:
    """Return the name under which the papers of a path are kept; what is no UTF-8 in it stands there escaped."""
    name = "standard input" if path == STANDARD_INPUT else str(path.resolve())
    return name.encode("utf-8", "backslashreplace").decode()


def open_files(path: Path) -> Iterator[Opened]:
    """Yield the file at a path, or each member of the archive that it is; each is read before the next is asked for.

    Raises OSError when the path can't be opened, UnreadableError where an archive is broken beyond its members.
    """
    name = source_name(path)
    with _opened(path) as file:
        begun = Begun(file)
        if begun.head.startswith(GZIP):
            yield Opened(name, _Unpacked(_Gunzipped(begun), lambda: begun.given, _Budget()))
        elif begun.head.startswith(ZIP) and not is_office(begun.head):
            yield from _members(begun, name)
        else:
            yield Opened(name, begun)


def safe_name(name: str) -> str:
    r"""Return the name of a member without what would lead out of the archive.

    >>> safe_name("/../a\\..\\b.json")
    'a/b.json'
    """
    parts = [part for part in re.split(r"[/\\]+", name) if part not in {"", ".", ".."}]
    return "".join(c for c in "/".join(parts) if c.isprintable())


def _opened(path: Path) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if path == STANDARD_INPUT else path.open("rb")


def _members(file: Readable, name: str) -> Iterator[Opened]:
    budget = _Budget()
    empty = True
    for number, member in enumerate(zip_members(file)):
        inner = safe_name(member.header.name)
        if number == MOST_MEMBERS:
            yield Opened(name, f"holds more than {MOST_MEMBERS:,} files; the rest was left out")
            return
        if HIDDEN.search(inner) or member.header.name.endswith(("/", "\\")):
            continue
        empty = False
        yield _opened_member(member, f"{name}/{inner or number + 1}", budget)
        if budget.spent:
            return
    if empty:
        yield Opened(name, "an archive that holds no files")


def _opened_member(member: Member, name: str, budget: "_Budget") -> Opened:
    refusal = member.header.refusal
    return Opened(name, refusal or _Unpacked(member, lambda: member.consumed, budget))


class _Budget:
    """What may still come out of an archive."""

    def __init__(self) -> None:
        self._left = MOST_BYTES
        self.spent = False

    def take(self, unpacked: int, whole: int, packed: int) -> None:
        """Count bytes unpacked, of a file of which `whole` came out of `packed`. Raises UnreadableError."""
        self._left -= unpacked
        self.spent = self._left < 0 or (whole > MUCH and whole > MOST_SWELLING * packed)
        if self.spent:
            msg = f"unpacks to {MOST_SWELLING} times its size or {MOST_BYTES:,} bytes: a bomb; the rest was left out"
            raise UnreadableError(msg)


class _Unpacked:
    """A file as it comes out of an archive, within the limits."""

    def __init__(self, file: Readable, consumed: Callable[[], int], budget: _Budget) -> None:
        self._file = file
        self._consumed = consumed
        self._budget = budget
        self._given = 0

    def read(self, size: int, /) -> bytes:
        found = self._file.read(size)
        self._given += len(found)
        self._budget.take(len(found), self._given, self._consumed())
        return found


class _Gunzipped:
    """What was packed by gzip. Raises UnreadableError where it is cut short or damaged."""

    def __init__(self, file: Begun) -> None:
        self._file = gzip.GzipFile(fileobj=io.BufferedReader(file))

    def read(self, size: int, /) -> bytes:
        try:
            return self._file.read1(size)
        except EOFError as error:
            raise UnreadableError(CUT) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise UnreadableError(DAMAGED) from error
