"""Files damaged in every way that is known, by the thousand: a record or a rejection, never an exception, never a hang.

What a reader promises of each is told by `broken_promises`. The same seed gives the same files.
"""

import gzip
import io
import signal
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import perf_counter
from types import FrameType
from typing import NamedTuple

from eval.benchmarks.readers.fuzz_seeds import SEEDS
from rag.readers import read_file
from rag.readers.reading import LONGEST_ABSTRACT, LONGEST_TITLE
from rag.records import Record, Rejection, Remark

INPUTS = 1_000  # a reader
SECONDS = 10  # an input may take; the largest have 2 MB
GIANT = 400_000  # times
OPENINGS = (
    b"[",
    b"{",
    b"(",
    b'{"a":',
    b"<b>",
    b"{\\b ",
    b"((",
    b'"',
    b"<![CDATA[",
    b"<!--",
    b"@x{",
    b"\\begin{a}",
    b"$",
)
ODD = (
    *(
        b"\0",
        b"\x01",
        b"\x1b[31m",
        b"\x7f",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\t",
        b"\\",
        b'"',
        b"'",
        b",",
        b"%",
        b"&",
        b"<",
        b">",
    ),
    *(
        b"\xff",
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xe2\x80\xa8",
        b"\xe2\x80\xae",
        b"\xf4\x8f\xbf\xbf",
    ),
    *(b"{", b"}", b"]]>", b"-->", b"&#0;", b"&x;", b"<!DOCTYPE x [<!ENTITY y 'z'>]>", b"\\u0000", b"\\ud800"),
    *(b"\nER  - \n", b"\nTY  - JOUR\n", b"@article{x,", b"NaN", b"1e999", b"-0", b"9" * 5_000, b" " * 5_000),
)
ENCODINGS = ("latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32", "utf-7", "cp037")
Damage = Callable[[bytes, Random], bytes]


def _cut(content: bytes, numbers: Random) -> bytes:
    return content[: numbers.randrange(len(content) + 1)]


def _removed(content: bytes, numbers: Random) -> bytes:
    start, end = _span(content, numbers)
    return content[:start] + content[end:]


def _doubled(content: bytes, numbers: Random) -> bytes:
    start, end = _span(content, numbers)
    return content[:end] + content[start:end] * numbers.choice((1, 2, 50)) + content[end:]


def _moved(content: bytes, numbers: Random) -> bytes:
    start, end = _span(content, numbers)
    rest = content[:start] + content[end:]
    place = numbers.randrange(len(rest) + 1)
    return rest[:place] + content[start:end] + rest[place:]


def _odd(content: bytes, numbers: Random) -> bytes:
    for _ in range(numbers.choice((1, 3, 20))):
        content = _inserted(content, numbers.choice(ODD), numbers)
    return content


def _flipped(content: bytes, numbers: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(numbers.choice((1, 10, 100)) if content else 0):
        changed[numbers.randrange(len(changed))] ^= 1 << numbers.randrange(8)
    return bytes(changed)


def _recoded(content: bytes, numbers: Random) -> bytes:
    return content.decode("utf-8", "replace").encode(numbers.choice(ENCODINGS), "replace")


def _nested(content: bytes, numbers: Random) -> bytes:
    return _inserted(content, numbers.choice(OPENINGS) * numbers.choice((50, 1_000, 30_000)), numbers)


def _giant(content: bytes, numbers: Random) -> bytes:
    start, end = _span(content, numbers, longest=5)
    return _inserted(content, (content[start:end] or b"a ") * numbers.randrange(GIANT), numbers)


def _crossed(content: bytes, numbers: Random) -> bytes:
    other = SEEDS[numbers.choice(sorted(SEEDS))]
    return numbers.choice((_cut(content, numbers) + other, other + content, _inserted(content, other, numbers)))


def _packed(content: bytes, numbers: Random) -> bytes:
    if numbers.random() < 0.5:
        return gzip.compress(content, mtime=0)
    whole = io.BytesIO()
    packing = numbers.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(whole, "w") as archive:
        for name, part in (("a", content), ("b/c", content[:1_000])):
            archive.writestr(zipfile.ZipInfo(name), part, packing)  # a name alone would be written with the time of day
    return whole.getvalue()


def _span(content: bytes, numbers: Random, longest: int = 400) -> tuple[int, int]:
    start = numbers.randrange(len(content) + 1)
    return start, min(len(content), start + numbers.randrange(1, longest))


def _inserted(content: bytes, what: bytes, numbers: Random) -> bytes:
    place = numbers.randrange(len(content) + 1)
    return content[:place] + what + content[place:]


DAMAGES: tuple[Damage, ...] = (
    _cut, _removed, _doubled, _moved, _odd, _odd, _flipped, _recoded, _nested, _crossed, _packed
)  # fmt: skip


def damaged(content: bytes, numbers: Random) -> bytes:
    """Return a file with one to four damages, now and then with a giant field."""
    for _ in range(numbers.choice((1, 1, 2, 4))):
        content = numbers.choice(DAMAGES)(content, numbers)
    return _giant(content, numbers) if numbers.random() < 0.02 else content


def broken_promises(source: str, found: Record | Rejection | Remark) -> Iterator[str]:
    """Yield what is wrong with something that a reader gave, in the name of all that every reader promises."""
    if not isinstance(found, Record):
        if found.source != source:
            yield "a rejection or remark of another source"
        if isinstance(found, Rejection) and (not found.reason or len(found.reason) > 1_000 or "\n" in found.reason):
            yield f"a reason that is none or not one line: {found.reason[:100]!r}"
        if isinstance(found, Rejection) and found.line is not None and found.line < 1:
            yield f"line {found.line}"
        return
    texts = (found.title, found.abstract, *found.authors)
    optional = (found.key, found.doi, found.arxiv_id, found.url, found.pubmed_id)
    for what, broken in (
        ("a title or abstract without words", not all(any(map(str.isalnum, text)) for text in texts[:2])),
        ("a text too long", len(found.title) > LONGEST_TITLE or len(found.abstract) > LONGEST_ABSTRACT),
        ("a text of several lines", any(len(text.splitlines()) != 1 for text in (found.abstract, *found.authors))),
        ("an empty id or name", any(one == "" for one in (*optional, *found.authors))),
        ("a year out of bounds", found.year is not None and not 1500 <= found.year <= 2099),
        ("a line out of bounds", found.line < 1),
        (
            "half a character",
            any("\ud800" <= c <= "\udfff" for text in (*texts, *filter(None, optional)) for c in text),
        ),
    ):
        if broken:
            yield what


class TooLongError(BaseException):
    """An input took longer than any may: no Exception, for a reader makes a rejection of those."""


class Tally(NamedTuple):
    """What came of the damaged files of one format."""

    records: int
    rejections: int
    slowest: float  # seconds
    faults: list[str]


def try_reader(name: str, inputs: int, path: Path, seconds: float = SECONDS) -> Tally:
    """Read this many damaged files of a format, each written to `path`, and return what came of them."""
    numbers, records, rejections, slowest, faults = Random(name), 0, 0, 0.0, list[str]()  # noqa: S311  (no secrets)
    for number in range(inputs):
        path.write_bytes(damaged(SEEDS[name], numbers))
        started = perf_counter()
        try:
            with _alarm(seconds):
                found = list(read_file(path))
        except (Exception, TooLongError) as error:  # noqa: BLE001  (whatever escapes a reader is what is looked for)
            faults.append(f"{name} {number}: {type(error).__name__}: {error}")
            continue
        slowest = max(slowest, perf_counter() - started)
        records += sum(isinstance(one, Record) for _, one in found)
        rejections += sum(isinstance(one, Rejection) for _, one in found)
        faults += [f"{name} {number}: {what}" for source, one in found for what in broken_promises(source, one)]
        if not found:
            faults.append(f"{name} {number}: nothing said")
    return Tally(records, rejections, slowest, faults)


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        msg = f"longer than {seconds} s"
        raise TooLongError(msg)

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def measure(work: Path) -> str:
    """Return a Markdown table: damaged files a reader, what came of them, the slowest, and every fault."""
    rows, faults = list[str](), list[str]()
    for name in SEEDS:
        tally = try_reader(name, INPUTS, work / "damaged")
        faults += tally.faults
        rows.append(
            f"| {name} | {INPUTS:,} | {tally.records:,} | {tally.rejections:,} | {tally.slowest * 1000:,.0f} "
            f"| {len(tally.faults)} |"
        )
    head = ["| reader | inputs | records | rejections | slowest, ms | faults |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *rows, *([""] if faults else []), *faults[:50]])
