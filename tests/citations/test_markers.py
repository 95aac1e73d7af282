"""Markers in every form that models write: each is read as what it means, or dropped; other text stays as it is."""

import pytest

from rag.citations.model_text.marked_line import INVENTED, NAMED, REFORMED, UNKNOWN_NAMES
from rag.citations.model_text.marker_grammar import numbers_in
from rag.citations.model_text.markers import REFERENCES, read_markers
from rag.records import Paper
from tests.citations.hostile_texts import FIRST, SECOND, SOURCES, read, rendered

# Forms of one marker


@pytest.mark.parametrize(
    ("marker", "numbers"),
    [
        ("[2]", (2,)),
        ("[1, 2]", (1, 2)),
        ("[1,2,3]", (1, 2, 3)),
        ("[3, 1]", (3, 1)),
        ("[1; 2]", (1, 2)),
        ("[1 and 2]", (1, 2)),
        ("[1, 2, and 3]", (1, 2, 3)),
        ("[1 & 3]", (1, 3)),
        ("[1 3]", (1, 3)),
        ("[1][2]", (1, 2)),
        ("[1] [2]", (1, 2)),
        ("[1], [2]", (1, 2)),
        ("[1] and [2]", (1, 2)),
        ("[1], [2], and [3]", (1, 2, 3)),
        ("[1][1]", (1,)),
        ("[1-3]", (1, 2, 3)),
        ("[1–3]", (1, 2, 3)),  # noqa: RUF001
        ("[1--3]", (1, 2, 3)),
        ("[1 to 3]", (1, 2, 3)),
        ("[3-1]", (1, 2, 3)),
        ("[Source 1 - Source 3]", (1, 2, 3)),
        ("[2.4]", (2,)),
        ("[2.4, 3.1]", (2, 3)),
        ("[1.2-3.1]", (1, 2, 3)),
        ("[1.4-3]", (1,)),
        ("【1†source】", (1,)),
        ("【1†L3-L7】", (1,)),
        ("【2】【3】", (2, 3)),
        ("[Source 2]", (2,)),
        ("[source 1, source 3]", (1, 3)),
        ("[Sources: 1, 2]", (1, 2)),
        ("[Ref. 2]", (2,)),
        ("[#2]", (2,)),
        ("[^2]", (2,)),
        ("[ 2 ]", (2,)),
        ("[02]", (2,)),
        ("[2](http://x.org/a)", (2,)),
        ("[1](#s1), [2](#s2)", (1, 2)),
        ("(Source 2)", (2,)),
        ("(source 1, 3)", (1, 3)),
        ("(Sources 1-3)", (1, 2, 3)),
        ("(see abstract 2)", (2,)),
        ("(from the excerpt 3)", (3,)),
        ("([2])", (2,)),
        ("([1], [2])", (1, 2)),
        ("(see [3])", (3,)),
        ("[[2]]", (2,)),
        ("[see [2]]", (2,)),
        ("[2, 9]", (2,)),
        ("[9]", ()),
        ("[9][8]", ()),
        ("[9 [9]]", ()),
        ("[1-999999999]", (1, 2, 3)),
        ("(Khattab and Zaharia, 2020)", (1,)),
        ("(Khattab & Zaharia 2020)", (1,)),
        ("(see Khattab et al., 2020a)", (1,)),
        ("(Karpukhin et al., 2020; Khattab and Zaharia, 2020)", (2, 1)),
        ("(Núñez-Peña, 2019)", (3,)),
        ("[Karpukhin et al., 2020]", (2,)),
        ("(Khattab and Zaharia, 2020) [3]", (1, 3)),
        ("(Khattab and Zaharia, 2019)", ()),
        ("(van den Berg, Smith, and McCallum, 1998)", ()),
    ],
)
def test_a_marker_is_read_and_leaves_no_trace_in_its_sentence(marker: str, numbers: tuple[int, ...]) -> None:
    expected = [(FIRST, numbers), (SECOND, ())]
    assert read(f"{FIRST[:-1]} {marker}. {SECOND}") == expected, "before the full stop"
    assert read(f"{FIRST} {marker} {SECOND}") == expected, "after the full stop"
    assert read(f"{FIRST} {marker}. {SECOND}") == expected, "between two full stops"
    assert read(f"Token vectors {marker} are kept for late interaction. {SECOND}") == expected, "within"
    assert read(f"{FIRST}\n{marker}\n\n{SECOND}") == expected, "on its own line"


@pytest.mark.parametrize(
    "text",
    [
        "The [CLS] token comes first and x[i] is the next one.",
        "The scores lie in [0, 1] for all of the encoders.",
        "The scores lie in [-1, 1] for all of the encoders.",
        "The scores lie in [0.5, 1] for all of the encoders.",
        "The scores lie in [1, 3] for all of the encoders.",
        r"The range is $\left[0, 1\right]$ for all of the encoders.",
        r"The range is $\left[1, 3\right]$ for all of the encoders.",
        "It was first shown in the capital (Tokyo, 1999) of the country.",
        "It was tried out on a shared task (TREC 2019) with success.",
        "It was tried out much earlier (in the spring of 2020) with success.",
        "An empty [] and a blank [ ] pair of brackets are no marker.",
        "This one [1 was never closed by whoever wrote the text.",
        "This one 1] was never opened by whoever wrote the text.",
        "It was cited often [2020] in the years thereafter.",
        "Matrices such as [[a, b], [c, d]] are no markers either.",
        "All of it took (on average) 12 hours and 1,000 machines.",
        "We take a passage 100 words long from 12 documents 3 times.",
        "The resource 1 is not what was meant by this sentence.",
        "A very long row [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] is data.",
    ],
)
def test_text_that_is_no_marker_stays_as_it_is(text: str) -> None:
    assert read(text) == [(text, ())]


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("The [CLS] token [1] comes first in it.", ("The [CLS] token comes first in it.", (1,))),
        ("The first of them all is [CLS] [1].", ("The first of them all is [CLS].", (1,))),
        ("The first of them all is [1][CLS].", ("The first of them all is [CLS].", (1,))),
        ("The scores of it are [1, 3] [2].", ("The scores of it are [1, 3].", (2,))),
        ("A [[[1]]] nest of brackets is read.", ("A nest of brackets is read.", (1,))),
        ("Late[1] interaction is read[2] as usual.", ("Late interaction is read as usual.", (1, 2))),
        ("The link [a page](http://x.org/1) leads on [1].", ("The link a page leads on.", (1,))),
        ("A calix[2]arene and [2]catenane are read [1].", ("A calix[2]arene and [2]catenane are read.", (1,))),
        ("It is **good [1]** and **fast** too.", ("It is good and fast too.", (1,))),
    ],
)
def test_a_marker_beside_other_brackets_is_read_and_those_stay(text: str, cited: tuple[str, tuple[int, ...]]) -> None:
    assert read(text) == [cited]


# Markers that are words of their sentence


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Source 2 shows that it is fast.", ("“Dense Passages” shows that it is fast.", (2,))),
        ("Source 2.4 shows that it is fast.", ("“Dense Passages” shows that it is fast.", (2,))),
        ("[2] shows that it is very fast.", ("“Dense Passages” shows that it is very fast.", (2,))),
        ("- [2] shows that it is very fast.", ("“Dense Passages” shows that it is very fast.", (2,))),
        ("Sources 1 and 2 say so.", ("“Late Interaction” and “Dense Passages” say so.", (1, 2))),
        ("Source 1 and 2 say so.", ("“Late Interaction” and “Dense Passages” say so.", (1, 2))),
        ("[1] and [2] say so.", ("“Late Interaction” and “Dense Passages” say so.", (1, 2))),
        ("Sources 1-3 say so.", ("“Late Interaction”, “Dense Passages” and “Sparse Terms” say so.", (1, 2, 3))),
        ("Abstracts 1, 2 and 3 do.", ("“Late Interaction”, “Dense Passages” and “Sparse Terms” do.", (1, 2, 3))),
        ("It is fast, as shown in [3].", ("It is fast, as shown in “Sparse Terms”.", (3,))),
        ("It is fast in source 2, and slow.", ("It is fast in “Dense Passages”, and slow.", (2,))),
        ("It is slower than [3] is by far.", ("It is slower than “Sparse Terms” is by far.", (3,))),
        ("According to source 2, it is very fast.", ("It is very fast.", (2,))),
        ("According to sources 1 and 2, it is very fast.", ("It is very fast.", (1, 2))),
        ("According to [2], it is very fast.", ("It is very fast.", (2,))),
        ("As shown in [1] and [2], it is very fast.", ("It is very fast.", (1, 2))),
        ("In abstract 3, it is very fast.", ("It is very fast.", (3,))),
        ("1. In abstract 3, it is very fast.", ("It is very fast.", (3,))),
        ("According to source 2, 3D models win.", ("3D models win.", (2,))),
        ("According to source 9, it is very fast.", ("It is very fast.", ())),
        ("According to source 1, [2] is slow.", ("“Dense Passages” is slow.", (1, 2))),
        ("According to source 1, source 2 is slow.", ("“Dense Passages” is slow.", (1, 2))),
        ("Source 1 and 3D models agree.", ("“Late Interaction” and 3D models agree.", (1,))),
        ("It is the axis that they rank by [1]", ("It is the axis that they rank by", (1,))),
        ("Source 9 shows that it is fast.", ("Source 9 shows that it is fast.", ())),
    ],
)
def test_a_marker_in_the_place_of_a_word_gives_way_to_a_title_or_goes(
    text: str, cited: tuple[str, tuple[int, ...]]
) -> None:
    assert read(text) == [cited]


def test_a_sentence_that_starts_with_its_source_cites_it_and_not_the_one_before() -> None:
    assert read(f"{FIRST} According to source 2, two encoders are trained on pairs of texts.") == [
        (FIRST, ()),
        (SECOND, (2,)),
    ]
    assert read(f"{FIRST} Source 2 shows that encoders are trained.") == [
        (FIRST, ()),
        ("“Dense Passages” shows that encoders are trained.", (2,)),
    ]


def test_every_sentence_of_a_line_has_its_subject_when_the_first_one_starts_with_a_marker() -> None:
    assert read("[1] ranks passages late and well. [2] ranks them with two encoders.") == [
        ("“Late Interaction” ranks passages late and well.", (1,)),
        ("“Dense Passages” ranks them with two encoders.", (2,)),
    ]


# Where a marker stands


@pytest.mark.parametrize(
    "text",
    [
        f"{FIRST} [1] {SECOND} [2]",
        f"{FIRST}[1] {SECOND}[2]",
        f"{FIRST}[1]{SECOND}[2]",
        f"[1] {FIRST} [2] {SECOND}",
        f"[1]: {FIRST} [2] {SECOND}",
        f"[1] {FIRST[:-1]}. {SECOND[:-1]} [2].",
        f"{FIRST}\n[1]\n\n{SECOND}\n[2]",
        f"[1]\n{FIRST}\n[2]\n{SECOND}",
        f"[1]\n{FIRST}\n\n[2]\n\n{SECOND}\n",
        f"- {FIRST} [1]\n- {SECOND} [2]",
        f"- [1] {FIRST}\n- [2] {SECOND}",
        f"* {FIRST}\n  [1]\n* {SECOND}\n  [2]",
        f"1. {FIRST} [1]\n2. {SECOND} [2]",
        f"1) {FIRST} [1]\r\n2) {SECOND} [2]",
        f"# Answer\n\n{FIRST} [1]\n\n## More\n{SECOND} [2]",
        f"**Answer:** {FIRST} [1] {SECOND} [2]",
        f"Final answer: {FIRST} [1] {SECOND} [2]",
        f"Here is what the sources say:\n{FIRST} [1]\n{SECOND} [2]",
        f"{FIRST}\nSource: [1]\n{SECOND}\nSource: [2]",
        f"{FIRST} [1]\n{SECOND} [2]\n\nReferences:\n[1] Omar Khattab. Late.\n[2] Dense.",
        f"{FIRST} [1]\n{SECOND} [2]\n\n**Sources used**\n- [1] Late Interaction",
        f"{FIRST} [1]\n{SECOND} [2]\n\n## Bibliography\n1. Late Interaction",
    ],
)
def test_each_sentence_gets_its_own_marker_wherever_it_stands(text: str) -> None:
    assert read(text) == [(FIRST, (1,)), (SECOND, (2,))]


def test_a_text_of_markers_alone_says_nothing() -> None:
    assert read("[1]\n[2] [3]\n(Source 1)") == []


def test_a_last_line_of_markers_that_stand_before_nothing_belongs_to_what_stands_above() -> None:
    assert read(f"[1]\n{FIRST}\n[2]") == [(FIRST, (1, 2))]


def test_lines_keep_what_sets_them_apart() -> None:
    text = f"{FIRST} {SECOND}\n\nThe third sentence is a paragraph.\n- An item of a list is here.\n3) A counted item."
    assert [sentence.lead for sentence in read_markers(text, SOURCES).sentences] == ["", " ", "\n\n", "\n- ", "\n3. "]


def test_a_list_that_comes_first_starts_without_an_empty_line() -> None:
    assert rendered(f"- {FIRST} [1]\n- {SECOND}") == f"- {FIRST} [1]\n- {SECOND}"


@pytest.mark.parametrize("text", ["42 [1].", "42. [1]", "42 [1]", "42. [1].", "42.\n[1]"])
def test_an_answer_that_is_a_number_alone_is_no_item_of_a_list(text: str) -> None:
    assert [(sentence.rstrip("."), numbers) for sentence, numbers in read(text)] == [("42", (1,))]


def test_words_before_a_colon_at_the_end_of_a_paragraph_do_not_take_the_paragraph_with_them() -> None:
    assert read(f"{FIRST} [1] The sources also say the following:\n{SECOND} [2]") == [(FIRST, (1,)), (SECOND, (2,))]


# Other languages


def test_markers_in_german_are_read() -> None:
    text = "Die Vektoren der Wörter werden größer [1]. Über zwei Drittel davon sind überflüssig [2, 3]."
    assert read(text) == [
        ("Die Vektoren der Wörter werden größer.", (1,)),
        ("Über zwei Drittel davon sind überflüssig.", (2, 3)),
    ]


def test_markers_in_chinese_are_read_and_leave_no_space() -> None:
    first = "延迟交互模型为每个词保留一个向量并且它的检索结果比其他模型更加准确"
    second = "双编码器模型把每一篇文章压缩成一个向量并且它的检索速度比其他模型更快"
    assert read(f"{first}[1]。{second}【2】。") == [(f"{first}。", (1,)), (f"{second}。", (2,))]
    assert read(f"{first[:9]}[1]{first[9:]}。") == [(f"{first}。", (1,))]


# Markdown and clauses


KEPT = """The sources give two ways:

## How they work
- **Token vectors** are kept and *compared late* [1].
  - It needs an index of all of them [3].
1. A dense vector is compared [2].

| model | way |
|:--|---|
| ColBERT | late interaction [1] |
| DPR | two encoders [2] |

Both rank passages."""


def test_markdown_stays_as_it_was_written() -> None:
    assert rendered(KEPT) == KEPT


def test_headings_lead_ins_and_the_frame_of_a_table_claim_nothing() -> None:
    frames = [sentence.text for sentence in read_markers(KEPT, SOURCES).sentences if sentence.frame]
    assert frames == ["The sources give two ways:", "How they work", "| model | way |", "|:--|---|"]


def test_a_row_of_a_table_says_its_cells() -> None:
    assert ("ColBERT, late interaction", (1,)) in read(KEPT)


def test_cells_that_cite_different_sources_are_read_cell_by_cell() -> None:
    table = "| one | other |\n|---|---|\n| vectors of tokens [1] | two encoders [2] |\n| late [1] | |"
    assert read(table) == [("vectors of tokens", (1,)), ("two encoders", (2,)), ("late", (1,))]
    assert rendered(table) == table


def test_what_goes_on_in_an_item_stays_in_it() -> None:
    text = "1. Tokens are kept for late interaction [1].\n\n   An index of terms is kept too [3].\n2. Two encoders [2]."
    assert rendered(text) == text


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        (
            "One keeps a vector of each token [1], while the other trains two encoders on pairs [2].",
            [("One keeps a vector of each token", (1,)), ("while the other trains two encoders on pairs.", (2,))],
        ),
        (
            "One keeps a vector of each token [1][3]; the other trains two encoders on pairs [2] and is fast.",
            [
                ("One keeps a vector of each token", (1, 3)),
                ("the other trains two encoders on pairs and is fast.", (2,)),
            ],
        ),
        ("BERT [1], DPR [2] and SPLADE [3] are models.", [("BERT, DPR and SPLADE are models.", (1, 2, 3))]),
    ],
)
def test_a_sentence_that_cites_in_several_places_is_read_clause_by_clause(
    text: str, clauses: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert read(text) == clauses
    assert rendered(text) == text


def test_an_attribution_stays_as_it_was_written_with_its_number() -> None:
    text = "- According to source 2, two encoders are trained on pairs."
    assert rendered(text) == "- According to [2], two encoders are trained on pairs."
    assert read(text) == [("Two encoders are trained on pairs.", (2,))]


# What is counted


@pytest.mark.parametrize(
    ("text", "repairs"),
    [
        (f"{FIRST} [1][2]", {}),
        (f"{FIRST} [1, 2] {SECOND} (Source 2)", {REFORMED: 2}),
        (f"{FIRST} [9] {SECOND} [1, 8]", {INVENTED: 2, REFORMED: 1}),
        (f"{FIRST} [1-999999999]", {INVENTED: 1, REFORMED: 1}),
        (f"{FIRST} (Khattab et al., 2020; Smith, 1999)", {NAMED: 1, UNKNOWN_NAMES: 1}),
        (f"{FIRST} [1]\n{FIRST}\n\nReferences\n[1] Late", {REFERENCES: 1}),
        ("Scores lie in [1, 3] and [0, 1] here, says nobody.", {}),
    ],
)
def test_every_repair_is_counted_and_nothing_else(text: str, repairs: dict[str, int]) -> None:
    assert read_markers(text, SOURCES).repairs == repairs


def test_names_and_years_of_records_without_authors_or_year_are_never_matched() -> None:
    sources = {1: Paper(1, "T", "A.", authors=("Omar Khattab",)), 2: Paper(2, "T", "A.", authors=(" ",), year=2020)}
    reading = read_markers("It is said to be so (Khattab, 2020).", sources)
    assert [(sentence.text, sentence.numbers) for sentence in reading.sentences] == [("It is said to be so.", ())]


@pytest.mark.parametrize("inside", ["", " ", "CLS", "i", "0", "00", "0, 1", "1:2", "-1", "1,", "1.", "1234567890", "²"])
def test_what_is_no_number_of_a_source_is_no_marker(inside: str) -> None:
    assert numbers_in(inside) is None
