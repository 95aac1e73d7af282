"""Archives and standard input: what is in them is read as if it were unpacked, and no archive can do harm."""

import gzip
import io
import json
import random
import struct
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.readers import read_file
from rag.readers.inputs import files
from rag.records import Record, Rejection

PROPERTY = settings(deadline=None, max_examples=60)
NUMBERS = random.Random(7)


def line(number: int) -> bytes:
    """Return a paper as a line of JSON that gzip can't make much smaller."""
    abstract = f"We study {NUMBERS.randbytes(300).hex()}."
    return json.dumps({"id": f"k{number}", "title": f"Paper {number}", "abstract": abstract}).encode() + b"\n"


LINES = [line(number) for number in range(500)]
PAPERS = b"".join(LINES)
TITLES = [f"Paper {number}" for number in range(500)]


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED, seekable: bool = True) -> bytes:
    """Return an archive; one that was written to a pipe when it isn't seekable."""
    whole = io.BytesIO()
    target = whole if seekable else SimpleNamespace(write=whole.write, flush=whole.flush)
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return whole.getvalue()


def read(path: Path, content: bytes) -> tuple[list[Record], list[Rejection]]:
    path.write_bytes(content)
    found = [one for _, one in read_file(path)]
    return [one for one in found if isinstance(one, Record)], [one for one in found if isinstance(one, Rejection)]


def titles(records: Iterable[Record]) -> list[str]:
    return [record.title for record in records]


@pytest.mark.parametrize(
    "pack",
    [
        gzip.compress,
        lambda content: gzip.compress(content[:70_000]) + gzip.compress(content[70_000:]),
        lambda content: zipped(("papers.jsonl", content)),
        lambda content: zipped(("papers.jsonl", content), method=zipfile.ZIP_STORED),
        lambda content: zipped(("papers.jsonl", content), seekable=False),
        lambda content: content.decode().encode("utf-16"),
        lambda content: gzip.compress(content.decode().encode("utf-16-be").join([b"\xfe\xff", b""])),
        lambda content: zipped(("papers.jsonl", content.decode().encode("utf-16-le"))),
    ],
    ids=["gzip", "two gzips", "zip", "stored", "zip of a pipe", "UTF-16", "UTF-16 in gzip", "UTF-16 without a mark"],
)
def test_what_is_packed_is_read_as_it_was(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    records, rejections = read(tmp_path / "no name tells it", pack(PAPERS))
    assert (titles(records), rejections) == (TITLES, [])
    assert [record.line for record in records] == list(range(1, 501))


@pytest.mark.parametrize("seekable", [True, False], ids=["file", "pipe"])
def test_every_member_is_a_source_of_its_own(tmp_path: Path, seekable: bool) -> None:  # noqa: FBT001
    members = [("a.jsonl", LINES[0]), ("deep/b.jsonl", LINES[1]), ("empty.txt", b""), ("c.jsonl", LINES[2])]
    path = tmp_path / "papers.zip"
    path.write_bytes(zipped(*members, seekable=seekable))
    found = [(source.removeprefix(f"{path.resolve()}/"), one) for source, one in read_file(path)]
    assert [source for source, _ in found] == [name for name, _ in members]
    assert [one.title for _, one in found if isinstance(one, Record)] == ["Paper 0", "Paper 1", "Paper 2"]


def test_folders_hidden_members_and_what_a_mac_leaves_are_left_out(tmp_path: Path) -> None:
    names = ["in/", "__MACOSX/._a.jsonl", ".DS_Store", "in/.hidden/a.jsonl", "in/__MACOSX/x", "in/a.jsonl"]
    path = tmp_path / "papers.zip"
    path.write_bytes(zipped(*((name, LINES[0] * (not name.endswith("/"))) for name in names)))
    assert [source for source, _ in read_file(path)] == [f"{path.resolve()}/in/a.jsonl"]


@pytest.mark.parametrize("name", ["/etc/passwd", "../../etc/passwd", "..\\..\\etc\\passwd", "./etc//pass\x1bwd"])
def test_no_name_of_a_member_leads_out_of_its_archive(tmp_path: Path, name: str) -> None:
    path = tmp_path / "papers.zip"
    path.write_bytes(zipped((name, LINES[0])))
    assert [source for source, _ in read_file(path)] == [f"{path.resolve()}/etc/passwd"]


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped(("a.jsonl", content))], ids=["gzip", "zip"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_an_archive_cut_short_keeps_what_came_before_and_is_one_rejection(
    tmp_path: Path, pack: Callable[[bytes], bytes], share: float
) -> None:
    whole = pack(PAPERS)
    records, [rejection] = read(tmp_path / "papers", whole[: int(len(whole) * share)])
    assert titles(records) == TITLES[: len(records)]
    assert abs(len(records) - 500 * share) < 15
    assert (rejection.line, rejection.reason) == (None, "the archive is cut short")


def test_a_zip_cut_short_keeps_its_whole_members(tmp_path: Path) -> None:
    whole = zipped(*((f"{number}.jsonl", one) for number, one in enumerate(LINES)))
    records, [rejection] = read(tmp_path / "papers", whole[: len(whole) // 3])
    assert titles(records) == TITLES[: len(records)]
    assert len(records) > 100
    assert rejection.reason == "the archive is cut short"


def test_a_damaged_member_costs_only_itself(tmp_path: Path) -> None:
    whole = bytearray(zipped(("a.jsonl", PAPERS), ("b.jsonl", LINES[1])))
    whole[60_000] ^= 255
    path = tmp_path / "papers.zip"
    records, [rejection] = read(path, bytes(whole))
    assert titles(records)[-1] == "Paper 1"
    assert titles(records)[:50] == TITLES[:50]
    assert (rejection.source, rejection.reason) == (f"{path.resolve()}/a.jsonl", "the archive is damaged")


def test_what_was_changed_inside_a_stored_member_is_noticed(tmp_path: Path) -> None:
    whole = zipped(("a.jsonl", PAPERS), method=zipfile.ZIP_STORED).replace(b"Paper 499", b"Pauper 99", 1)
    assert read(tmp_path / "papers", whole)[1][0].reason == "the archive is damaged"


@PROPERTY
@given(st.data())
def test_no_damage_to_an_archive_is_an_exception(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    members = [("a.jsonl", LINES[0] * 20), ("b.jsonl", LINES[1])]
    whole = data.draw(
        st.sampled_from([gzip.compress(PAPERS[:9_000]), zipped(*members), zipped(*members, seekable=False)])
    )
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole)))
        whole = whole[:place] + data.draw(st.binary(max_size=6)) + whole[place + data.draw(st.integers(0, 6)) :]
    records, rejections = read(tmp_path_factory.getbasetemp() / "damaged", whole)
    assert all(record.title.startswith("Paper") or rejections for record in records)
    assert records or rejections


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (zipped(("b.zip", zipped(("a.jsonl", LINES[0])))), "a packed file (zip)"),
        (zipped(("a.jsonl.gz", gzip.compress(LINES[0]))), "a packed file (gzip)"),
        (gzip.compress(gzip.compress(LINES[0])), "a packed file (gzip)"),
        (b"BZh91AY&SY" + bytes(50), "a packed file (bzip2)"),
        (b"\xfd7zXZ\0\0\4", "a packed file (xz)"),
        (zipped(("a.jsonl", LINES[0]), method=zipfile.ZIP_LZMA), "packed in a way that is not known here (method 14)"),
        (zipped(("[Content_Types].xml", b"<x/>"), ("a.jsonl", LINES[0])), "an office document"),
        (zipped(), "holds no files"),
        (gzip.compress(b""), "the file is empty"),
    ],
    ids=["zip in zip", "gzip in zip", "gzip in gzip", "bzip2", "xz", "lzma", "office", "empty zip", "empty gzip"],
)  # fmt: skip
def test_what_is_not_opened_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    records, [rejection] = read(tmp_path / "papers", content)
    assert not records
    assert reason in rejection.reason


def test_a_tar_archive_says_that_it_is_one(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "papers.tar.gz", "w:gz") as archive:
        archive.add(__file__, "a.py")
    [(_, rejection)] = read_file(tmp_path / "papers.tar.gz")
    assert isinstance(rejection, Rejection)
    assert "a packed file (tar)" in rejection.reason


def test_an_encrypted_member_is_rejected_and_the_next_is_read(tmp_path: Path) -> None:
    whole = bytearray(zipped(("a.jsonl", LINES[0]), ("b.jsonl", LINES[1])))
    whole[6:8] = struct.pack("<H", 1)  # the flags of the first member
    records, [rejection] = read(tmp_path / "papers.zip", bytes(whole))
    assert titles(records) == ["Paper 1"]
    assert "is encrypted" in rejection.reason
    assert rejection.source.endswith("papers.zip/a.jsonl")


def test_what_stands_behind_an_encrypted_member_of_unknown_size_is_said_to_be_lost(tmp_path: Path) -> None:
    whole = bytearray(zipped(("a.jsonl", LINES[0]), ("b.jsonl", LINES[1]), seekable=False))
    whole[6:8] = struct.pack("<H", 1 | 8)
    records, [rejection] = read(tmp_path / "papers.zip", bytes(whole))
    assert not records
    assert "is encrypted" in rejection.reason
    assert "nothing behind it" in rejection.reason


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped(("a", content))], ids=["gzip", "zip"])
def test_a_bomb_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]) -> None:
    monkeypatch.setattr(files, "MUCH", 1_000_000)
    records, [rejection] = read(tmp_path / "bomb", pack(LINES[0] + (b" " * 99_999 + b"\n") * 300))
    assert titles(records) == ["Paper 0"]
    assert "a bomb" in rejection.reason


def test_an_archive_gives_no_more_than_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 2 * len(LINES[0]) + 10)
    records, [rejection] = read(tmp_path / "a.zip", zipped(*((f"{n}.jsonl", LINES[n]) for n in range(5))))
    assert titles(records) == ["Paper 0", "Paper 1"]
    assert "bytes: a bomb" in rejection.reason


def test_an_archive_of_too_many_members_is_left_after_the_last_that_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_MEMBERS", 3)
    records, [rejection] = read(tmp_path / "a.zip", zipped(*((f"{n}.jsonl", LINES[n]) for n in range(5))))
    assert titles(records) == ["Paper 0", "Paper 1", "Paper 2"]
    assert rejection.reason == "holds more than 3 files; the rest was left out"


@pytest.mark.parametrize(
    "pack", [bytes, gzip.compress, lambda content: zipped(("a.jsonl", content))], ids=["plain", "gzip", "zip"]
)
def test_standard_input_is_read_packed_or_not(monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(pack(PAPERS))))
    found = list(read_file(Path("-")))
    assert [one.title for _, one in found if isinstance(one, Record)] == TITLES
    assert {source.partition("/")[0] for source, _ in found} == {"standard input"}


def test_a_broken_half_of_utf_16_costs_only_its_line(tmp_path: Path) -> None:
    first, second, third = (one.decode().encode("utf-16-le") for one in LINES[:3])
    second = second[:60] + b"\x00\xd8" + second[62:]
    assert [one.line for one in read(tmp_path / "a", b"\xff\xfe" + first + second + third + b"{")[1]] == [2, 4]
    records, rejections = read(tmp_path / "a", b"\xff\xfe" + first + second + third)
    assert titles(records) == ["Paper 0", "Paper 2"]
    assert "not UTF-8 text" in rejections[0].reason
