"""Files to records: right ones are read whole, wrong ones cost only themselves and say why."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import SourceError
from rag.ingestion.finding import find_files
from rag.readers import read_file
from rag.readers.inputs.source import LONGEST_LINE
from rag.records import Record, Rejection

PROPERTY = settings(deadline=None, max_examples=100)
HEAD = "Get trending papers in your email inbox once a day!\nGet trending papers in your email inbox!\nSubscribe"
TITLES = ["Pruning by Gradients", "Attention Is Enough: A Study", "Sparse Nets", "What Do Labels Cost?"]
PAIRS = [(title, f"We study {title}." + " It reaches better results on hard tasks." * 12) for title in TITLES]
LINES = [line for pair in PAIRS for line in pair]
GOOD = b'{"id": "k1", "title": "Pruning", "abstract": "We prune."}\n'
PAGE = (HEAD + "\n".join(LINES)).encode()
FIELDS = st.sampled_from(["title", "abstract", "text", "id", "_id", "doi", "arxiv_id", "authors", "year", "url"])
ODD_TEXTS = st.sampled_from(["\ud800", "\0", " ", "10.1000/x", "arXiv:1706.03762v5", "2017", " and ", ";"])
NUMBERS = st.floats() | st.integers(min_value=-(10**4000), max_value=10**4000)
ODD_VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | ODD_TEXTS | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", ""]), inner),
    max_leaves=5,
)
DAMAGES = st.lists(
    st.tuples(st.integers(0, 2_400), st.integers(0, 700), st.binary(max_size=4) | st.just(b"\n")), max_size=6
)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to be written over by each example."""
    return tmp_path_factory.mktemp("scratch") / "source"


def read(path: Path, content: bytes) -> tuple[list[Record], list[Rejection]]:
    """Read a file with this content, holding every record and rejection to what all readers promise."""
    path.write_bytes(content)
    found = [one for _, one in read_file(path)]
    records = [one for one in found if isinstance(one, Record)]
    rejections = [one for one in found if isinstance(one, Rejection)]
    assert len(records) + len(rejections) == len(found)
    for record in records:
        assert any(map(str.isalnum, record.title))
        assert any(map(str.isalnum, record.abstract))
        assert "".join((record.title, record.abstract, record.key or "", record.url or "", *record.authors)).encode()
        assert record.line >= 1
        assert all(isinstance(name, str) and name for name in record.authors)
        assert record.year is None or 1500 <= record.year <= 2099
        assert all(one is None or one for one in (record.key, record.doi, record.arxiv_id, record.url))
    for rejection in rejections:
        assert rejection.reason
        assert rejection.source == str(path.resolve())
    return records, rejections


@PROPERTY
@given(st.sampled_from([b"", GOOD, HEAD.encode(), PAGE[:700]]), st.binary(max_size=300))
def test_any_bytes_give_records_or_rejections(scratch: Path, start: bytes, rest: bytes) -> None:
    read(scratch, start + rest)


@PROPERTY
@given(st.sampled_from([GOOD * 5, PAGE]), DAMAGES)
def test_a_damaged_file_gives_records_or_rejections(
    scratch: Path, content: bytes, damages: list[tuple[int, int, bytes]]
) -> None:
    for place, length, instead in damages:
        content = content[:place] + instead + content[place + length :]
    read(scratch, content)


@PROPERTY
@given(st.dictionaries(FIELDS, ODD_VALUES, max_size=8), st.sampled_from([{}, {"title": "T", "abstract": "We prune."}]))
def test_fields_of_any_type_give_a_record_or_a_rejection(
    scratch: Path, odd: dict[str, object], plain: dict[str, object]
) -> None:
    row = plain | odd
    records, rejections = read(scratch, GOOD + json.dumps(row).encode() + b"\n" + GOOD)
    assert len(records) + len(rejections) == 3
    assert records[0].title == records[-1].title == "Pruning"


def test_a_page_alternates_titles_and_abstracts(tmp_path: Path) -> None:
    records, rejections = read(tmp_path / "page.txt", PAGE)
    assert [(record.title, record.abstract) for record in records] == PAIRS
    assert [record.line for record in records] == [3, 5, 7, 9]
    assert not rejections


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n\n", "\n \n\t\n"], ids=["one", "windows", "blank", "blanks"])
def test_line_ends_and_blank_last_lines_make_no_paper(tmp_path: Path, ending: str) -> None:
    content = PAGE.replace(b"\n", b"\r\n") if ending == "\r\n" else PAGE
    records, rejections = read(tmp_path / "page.txt", b"\xef\xbb\xbf" + content + ending.encode())
    assert [record.title for record in records] == TITLES
    assert not rejections


@pytest.mark.parametrize("missing", range(1, 8))
def test_a_title_or_abstract_without_its_partner_costs_only_itself(tmp_path: Path, missing: int) -> None:
    lines = [line for number, line in enumerate(LINES) if number != missing]
    records, [rejection] = read(tmp_path / "page.txt", (HEAD + "\n".join(lines)).encode())
    assert [(one.title, one.abstract) for one in records] == [pair for pair in PAIRS if LINES[missing] not in pair]
    assert rejection.line == 3 + missing - missing % 2
    assert (f"{LINES[missing - 1]!r} has no abstract" if missing % 2 else "without a title") in rejection.reason


@pytest.mark.parametrize("broken", range(8))
def test_a_broken_byte_in_a_page_costs_only_its_record(tmp_path: Path, broken: int) -> None:
    lines = [line.encode() + (b"\xff" if number == broken else b"") for number, line in enumerate(LINES)]
    records, rejections = read(tmp_path / "page.txt", HEAD.encode() + b"\n".join(lines))
    assert [record.title for record in records] == [title for title in TITLES if title != TITLES[broken // 2]]
    assert any(one.line == 3 + broken and "not UTF-8" in one.reason for one in rejections)


def test_all_fields_of_a_json_line_are_read(tmp_path: Path) -> None:
    row = {"id": 7, "title": " A\tB ", "abstract": "C\n d\0", "authors": ["Ann Lee", {"name": "Bo Roe"}, 3, " "]}
    row |= {"year": "2017-06-12", "doi": "doi:10.1145/AbC", "arxiv_id": "1706.03762v5", "url": "http://x.org"}
    other = {"_id": "k8", "title": "T", "text": "We prune.", "authors": "Ann Lee and Bo Roe; Cy Doe", "year": 2017.0}
    records, _ = read(tmp_path / "a.jsonl", f"{json.dumps(row)}\n{json.dumps(other)}".encode())
    assert records == [
        Record("A B", "C d", 1, "7", ("Ann Lee", "Bo Roe"), 2017, "10.1145/abc", "1706.03762", "http://x.org"),
        Record("T", "We prune.", 2, "k8", ("Ann Lee", "Bo Roe", "Cy Doe"), 2017),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"title": "T", "abstract": ', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'["T", "We prune."]', "a JSON list"),
        (b'{"title": true, "abstract": "We prune."}', "no title"),
        (b'{"title": "Lonely", "abstract": null}', "'Lonely' has no abstract"),
        (b'{"title": "T", "abstract": NaN}', "'T' has no abstract"),
        (b'{"title": "T", "abstract": "..."}', "'T' has no abstract, only '...'"),
        (b'{"title": "??", "abstract": "We prune."}', "the title holds no words"),
        (b'{"title": "T", "abstract": "We pr\xfcne."}', "byte 0xfc at column 34"),
        (b'{"title": "T", "abstract": "' + b"a " * 50_000 + b'a"}', "100,001 characters, at most 50,000"),
        (b'{"title": "' + b"t" * 1_001 + b'", "abstract": "We prune."}', "1,001 characters, at most 1,000"),
        (b'{"title": "T", "abstract": "' + b"a" * LONGEST_LINE + b'"}', "longer than 8,000,000 bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_json_line_is_named_and_costs_only_itself(tmp_path: Path, line: bytes, reason: str) -> None:
    records, rejections = read(tmp_path / "a.jsonl", GOOD + b"\n" + line + b"\n" + GOOD)
    assert [record.line for record in records] == [1, 4]
    assert [rejection.line for rejection in rejections] == [3]
    assert reason in rejections[0].reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture"),
        (b"\1\2\0\0\0\rIHDR", "binary"),
        (bytes(range(1, 20)) + b"\0" * 9, "binary"),
        (b"\1\0\2\0" * 9, "binary"),
        (HEAD.encode(), "holds no papers"),
        (b"Dear diary,\ntoday we pruned.\n", "no reader knows this format"),
        (b"\xff\xfe\xfd\n", "no reader knows this format"),
    ],
)
def test_a_file_that_holds_no_papers_is_rejected_whole(tmp_path: Path, content: bytes, reason: str) -> None:
    records, [rejection] = read(tmp_path / "file", content)
    assert (records, rejection.line) == ([], None)
    assert reason in rejection.reason


def test_the_format_is_told_by_what_a_file_holds_not_by_its_name(tmp_path: Path) -> None:
    assert len(read(tmp_path / "a.jsonl", PAGE)[0]) == 4
    assert len(read(tmp_path / "b.txt", GOOD)[0]) == 1


def test_an_id_that_is_not_a_number_is_none(tmp_path: Path) -> None:
    assert read(tmp_path / "a.jsonl", GOOD.replace(b'"k1"', b"NaN"))[0][0].key is None


def test_a_title_of_a_page_loses_control_characters_only(tmp_path: Path) -> None:
    titled = PAGE.replace(TITLES[0].encode(), "Prüning  \x1b[31mby\xa0Gradients".encode())
    assert read(tmp_path / "page.txt", titled)[0][0].title == "Prüning  [31mby\xa0Gradients"


def test_a_file_that_cannot_be_opened_is_rejected(tmp_path: Path) -> None:
    name = str(tmp_path.resolve())
    assert list(read_file(tmp_path)) == [(name, Rejection(name, None, "can't be read (Is a directory)"))]


def test_folders_are_walked_in_order_and_hidden_files_left_out(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", ".hidden", "z/2", "z/1", "c/d/3", ".git/config"):
        path = tmp_path / "papers" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "first").touch()
    found = find_files([tmp_path / "first", tmp_path / "papers"])
    assert [os.fspath(path.relative_to(tmp_path)) for path in found] == [
        "first", "papers/a.txt", "papers/b.txt", "papers/c/d/3", "papers/z/1", "papers/z/2"
    ]  # fmt: skip


def test_a_folder_that_cannot_be_listed_is_rejected_and_not_taken_for_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("open", "closed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jsonl").write_bytes(GOOD)
    scandir = os.scandir

    def listed(folder: str) -> Any:
        if os.fspath(folder).endswith("closed"):
            raise PermissionError(13, "Permission denied", folder)
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", listed)
    found = find_files([tmp_path])
    assert {path.name for path in found} == {"a.jsonl", "closed"}
    assert [one for path in found for _, one in read_file(path) if isinstance(one, Rejection)]


def test_a_path_that_does_not_exist_is_an_error_before_any_reading(tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    with pytest.raises(SourceError, match="not-there does not exist"):
        find_files([tmp_path / "there", tmp_path / "not-there"])
