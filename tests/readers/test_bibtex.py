"""BibTeX to records: what LaTeX prints, names as they are shown, and a broken entry that costs only itself."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.records import Record

PROPERTY = settings(deadline=None, max_examples=100)
Read = Callable[[bytes], Any]

WHOLE = r"""% my papers
@string{nips = "Neural Information " # {Processing}}
@string(me = "Jo M{\"u}ller")
@comment{jabref-meta: databaseType:bibtex;}

@inproceedings{child,
  title     = {{Child} of the {GPT-4} R\'egime: $O(n^{2})$},
  author    = me # " and Vaswani, Ashish and {ATLAS and Co} and others",
  crossref  = {PROC},
  abstract  = "We say ``hi'' -- 50\% of {"}x{"},
               on two lines.",
  doi       = {https://doi.org/10.1000/a\_b},
  eprint    = {1706.03762v3}, pmid = {0123},
}
@ARTICLE(second, Title = {Second}, Abstract = {We prune.}, Date = {2019-05-03}, url = {\url{https://a.org/~x_y}},
  journal = {arXiv preprint arXiv:2001.00001}, author = {King, Jr., Martin Luther and van Rossum, Guido})
@proceedings{proc, year = 2017, title = {Proceedings}}
"""
GOOD = "@article{good, title = {Pruning}, abstract = {We prune.}}\n"
DAMAGES = st.lists(st.tuples(st.integers(0, 1_200), st.integers(0, 300), st.binary(max_size=4)), max_size=6)


def test_everything_that_an_entry_says_is_read(read_bytes: Read) -> None:
    found = read_bytes(WHOLE.encode())
    assert found.records == [
        Record(
            "Second", "We prune.", 15, "second", ("Martin Luther King Jr.", "Guido van Rossum"), 2019, None,
            "2001.00001", "https://a.org/~x_y",
        ),
        Record(
            "Child of the GPT-4 Régime: $O(n^{2})$", 'We say “hi” – 50% of "x", on two lines.', 6, "child",  # noqa: RUF001
            ("Jo Müller", "Ashish Vaswani", "ATLAS and Co"), 2017, "10.1000/a_b", "1706.03762", None, "123",
        ),
    ]  # fmt: skip
    assert [(one.line, one.reason) for one in found.rejections] == [(17, "the title 'Proceedings' has no abstract")]


@pytest.mark.parametrize("order", [1, -1], ids=["parent last", "parent first"])
def test_year_and_authors_are_inherited_but_never_an_abstract(read_bytes: Read, order: int) -> None:
    child = "@incollection{c, title={Child}, crossref={book}}\n"
    child += "@incollection{d, title={D}, abstract={We.}, crossref={Book}}\n"
    parent = "@book{book, title={Book}, abstract={All of it.}, year=1999, author={Ada Lovelace}}\n"
    found = read_bytes("".join([child, parent][::order]).encode())
    assert {(one.title, one.year, one.authors) for one in found.records} == {
        ("Book", 1999, ("Ada Lovelace",)), ("D", 1999, ("Ada Lovelace",)),
    }  # fmt: skip
    assert [one.reason for one in found.rejections] == ["the title 'Child' has no abstract"]


def test_an_entry_whose_parent_is_nowhere_is_kept(read_bytes: Read) -> None:
    [record] = read_bytes(b"@misc{a, title={A}, abstract={We prune.}, crossref={nowhere}}").records
    assert (record.title, record.year) == ("A", None)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("@article{b, title = {x, abstract = {y}\n", "a broken entry (Unexpected block start"),
        ("@article{b, title {x}}\n", "a broken entry (Expected a `=`"),
        ("@article{b, title = {x} abstract = {y}}\n", "no comma before 'abstract'"),
        ("@article{b title = {x}}\n", "a broken entry (Expected comma"),
        ("@article{b, title = {x}}\n", "'x' has no abstract"),
        ("@article{b, abstract = {x}}\n", "no title"),
        ("@article{b, title = {?}, abstract = {x}}\n", "the title holds no words"),
        ("@article{b, title = {\udcff\udc81}, abstract = {x}}\n", "not UTF-8 text (byte 0xff"),
        ("@article{b, title = {x}, abstract = {" + "a" * 60_000 + "}}\n", "60,000 characters"),
        ("@article{b, title = {x}, abstract = {" + "a b\n" * 400_000 + "}}\n", "over 1,000,000 characters"),
    ],
    ids=lambda value: value[:30],
)
def test_a_broken_entry_costs_only_itself(read_bytes: Read, broken: str, reason: str) -> None:
    found = read_bytes((GOOD + broken + GOOD.replace("good", "last")).encode("utf-8", "surrogateescape"))
    assert [record.key for record in found.records] == ["good", "last"]
    assert reason in found.rejections[0].reason
    assert found.rejections[0].line == 2


def test_an_unclosed_entry_at_the_end_costs_only_itself(read_bytes: Read) -> None:
    found = read_bytes((GOOD + "@article{b,\n title = {x").encode())
    assert (len(found.records), found.rejections[0].line) == (1, 2)


def test_the_same_key_or_field_twice_breaks_nothing(read_bytes: Read) -> None:
    found = read_bytes((GOOD + GOOD + "@misc{m, title={One}, title={Two}, abstract={We prune.}}").encode())
    assert [record.title for record in found.records] == ["Pruning", "Pruning", "One"]


@PROPERTY
@given(
    st.text(st.sampled_from("aZ09 :/().<>;_-=+'&é"), min_size=1, max_size=30).filter(str.strip),
    st.sampled_from([" ", "\n  "]),
)
def test_any_key_is_kept_as_it_is_written(read_bytes: Read, key: str, gap: str) -> None:
    found = read_bytes(f"@article{{ {key},{gap}title = {{Pruning}},{gap}abstract = {{We prune.}}{gap}}}\n".encode())
    if "=" not in key:
        assert [record.key for record in found.records] == [" ".join(key.split())]
    assert found.records or found.rejections


@pytest.mark.parametrize("opened", ["@article{", "@article{\n", "@article {\n  ", "@ARTICLE{ "])
def test_entries_without_a_key_are_read(read_bytes: Read, opened: str) -> None:
    content = f"{opened}title = {{Pruning}},\n abstract = {{We prune.}}}}\n"
    assert [(record.key, record.title) for record in read_bytes((content * 2).encode()).records] == [
        (None, "Pruning")
    ] * 2


@pytest.mark.parametrize(
    "comment",
    [
        "@comment{@article{b, title = {Hidden}, abstract = {x}}}",
        "@Comment{\n@article{b,\n title = {Hidden}, abstract = {x}\n}\n}",
        "@comment Protege papers",
        "%@article{b, title = {Hidden}, abstract = {x}}",
        "% @article{b,\n% title = {Hidden}, abstract = {x}\n%}",
        "@comment{never closed",
        "@comment{jabref-meta: groupstree:\n0 AllEntriesGroup:\\;;\n}",
        "@comment{}@comment{@misc{c}}",
    ],
)
def test_what_is_commented_out_is_no_entry(read_bytes: Read, comment: str) -> None:
    found = read_bytes((GOOD + comment + "\n" + GOOD.replace("good", "last")).encode())
    assert [record.key for record in found.records] == ["good", "last"]
    assert not found.rejections


@pytest.mark.parametrize(
    "doi", [r"10.1000/4{\textless}3::A{\textgreater}2", "10.1000/4$<$3::A$>$2", r"10.1000/4\textless3::A\textgreater 2"]
)
def test_an_old_doi_is_read_however_its_signs_are_written(read_bytes: Read, doi: str) -> None:
    [record] = read_bytes(GOOD.replace("}}\n", f"}}, doi = {{{doi}}}}}").encode()).records
    assert record.doi == "10.1000/4<3::a>2"


def test_a_file_of_many_groups_is_read_whole(read_bytes: Read) -> None:
    entries = [GOOD.replace("good", f"k{number}").replace("We", f"We {'really ' * 100}") for number in range(600)]
    found = read_bytes(("@string{me = {Ada Lovelace}}\n" + "".join(entries).replace("}}", "}, author = me}")).encode())
    assert [record.line for record in found.records] == list(range(2, 602))
    assert {record.authors for record in found.records} == {("Ada Lovelace",)}


def test_a_file_in_windows_1252_is_read_and_told(read_bytes: Read) -> None:
    content = GOOD + "@misc{m, title={Über Größe}, abstract={It is “so” naïve.}}\n"
    found = read_bytes(content.encode("cp1252"))
    assert [record.title for record in found.records] == ["Pruning", "Über Größe"]
    assert found.records[1].abstract == "It is “so” naïve."
    assert found.remarks == ["not UTF-8: 1 lines read as Windows-1252"]


def test_one_broken_byte_makes_no_windows_1252(read_bytes: Read) -> None:
    good = "@misc{m, title={Über}, abstract={We prune.}}\n".encode()
    found = read_bytes(good + good.replace("Ü".encode(), b"\xc3") + good)
    assert [record.line for record in found.records] == [1, 3]
    assert [one.line for one in found.rejections] == [2]
    assert not found.remarks


@PROPERTY
@given(st.binary(max_size=300))
def test_any_bytes_give_records_or_rejections(read_bytes: Read, rest: bytes) -> None:
    read_bytes(GOOD.encode() + rest)


@PROPERTY
@given(
    st.lists(
        st.sampled_from([*'@{}()",=#\\\n%$ a', "@article{", "title=", "abstract={", "@string{", " and "]), max_size=30
    )
)
def test_any_signs_give_records_or_rejections(read_bytes: Read, signs: list[str]) -> None:
    found = read_bytes((GOOD + "".join(signs) + "\n" + GOOD).encode())
    assert found.records[0].title == "Pruning"


@PROPERTY
@given(DAMAGES)
def test_a_damaged_file_gives_records_or_rejections(read_bytes: Read, damages: list[tuple[int, int, bytes]]) -> None:
    content = WHOLE.encode()
    for place, length, instead in damages:
        content = content[:place] + instead + content[place + length :]
    read_bytes(content)


@pytest.mark.parametrize("sign", ["{", "}", "@a{", '"', "@", "\\", "#", "@a{b,c={", "(", "\n@a(", "@a{b,"])
def test_a_giant_file_of_one_sign_is_read(read_bytes: Read, sign: str) -> None:
    read_bytes((GOOD + sign * (30_000 // len(sign))).encode())
