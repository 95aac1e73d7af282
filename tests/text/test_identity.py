"""When two records are the same paper, and when they only share a title."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.records import Paper, Record
from rag.records.identity import normal_arxiv_id, normal_doi, same_paper, same_record
from rag.text.titles import almost_equal, title_key

PROPERTY = settings(deadline=None, max_examples=100)
ABSTRACT = "We prune convolutional networks by their gradients. Accuracy drops by one point at half the weights."
OTHER = "Malaria parasites resist artemisinin in Cambodia. Clinics there report twice the treatment failures."
LETTERS = st.text("abcdefghijklmnopqrstuvwxyzàçéñöüčşžßABCDEFGHIJKLMNOPQRSTUVWXYZÀÇÉÑÖÜČŞŽ0123456789", min_size=1)


def same(stored: dict[str, object], found: dict[str, object]) -> bool:
    """Compare two records, given as what differs from a plain one, in both directions."""

    def one(left: dict[str, object], right: dict[str, object]) -> bool:
        paper = Paper(**({"paper_id": 1, "title": "Pruning", "abstract": ABSTRACT} | left))  # type: ignore[arg-type]
        record = Record(**({"title": "Pruning", "abstract": ABSTRACT, "line": 1} | right))  # type: ignore[arg-type]
        return same_paper(paper, record)

    assert one(stored, found) == one(found, stored), "the order in which they come must not matter"
    return one(stored, found)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("10.1000/182", "10.1000/182"),
        ("https://doi.org/10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        ("http://dx.doi.org/10.1038/NATURE14539", "10.1038/nature14539"),
        ("doi:10.48550/arXiv.1706.03762", "10.48550/arxiv.1706.03762"),
        (" 10.1007/978-3-319-24574-4_28. ", "10.1007/978-3-319-24574-4_28"),
        ("10.1002/(SICI)1097-4571(199009)41:6<391::AID-ASI1>3.0.CO;2-9",
         "10.1002/(sici)1097-4571(199009)41:6<391::aid-asi1>3.0.co;2-9"),
        ("not a doi", None),
        ("", None),
        (None, None),
    ],
)  # fmt: skip
def test_a_doi_is_kept_in_lower_case_without_its_address(written: str | None, normal: str | None) -> None:
    assert normal_doi(written) == normal


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("1706.03762", "1706.03762"),
        ("arXiv:1706.03762v5", "1706.03762"),
        ("https://arxiv.org/abs/2103.00020v12", "2103.00020"),
        ("https://arxiv.org/pdf/0704.0001v1.pdf", "0704.0001"),
        ("hep-th/9901001v2", "hep-th/9901001"),
        ("https://arxiv.org/abs/math.GT/0309136", "math.GT/0309136"),
        ("Nature 521", None),
        ("", None),
        (None, None),
    ],
)
def test_an_arxiv_id_is_kept_without_address_and_version(written: str | None, normal: str | None) -> None:
    assert normal_arxiv_id(written) == normal


@PROPERTY
@given(st.from_regex(r"10\.[0-9]{4,9}/[A-Za-z0-9]([A-Za-z0-9._()/-]*[A-Za-z0-9])?", fullmatch=True))
def test_all_ways_to_write_a_doi_give_the_same(doi: str) -> None:
    ways = (doi, doi.upper(), f"https://doi.org/{doi}", f"doi: {doi}", f"{doi}.")
    assert {normal_doi(way) for way in ways} == {doi.lower()}


@PROPERTY
@given(st.lists(LETTERS, min_size=1, max_size=6), st.sampled_from([" ", "  ", "-", ": ", " / ", ", ", "\u00a0"]))
def test_case_accents_punctuation_and_spaces_of_a_title_do_not_count(parts: list[str], between: str) -> None:
    title = " ".join(parts)
    bare = "".join(c for c in unicodedata.normalize("NFD", title) if not unicodedata.combining(c))
    ways = (title, title.upper(), title.lower(), f" {between.join(parts)}. ", unicodedata.normalize("NFD", title), bare)
    assert {title_key(way) for way in ways} == {title_key(title)}
    assert title_key(title)


@pytest.mark.parametrize(
    ("left", "right"),
    [("BERT", "BART"), ("GPT-2", "GPT-3"), ("Part I", "Part II"), ("学习", "模型")],
)
def test_titles_that_differ_in_a_letter_or_digit_have_different_keys(left: str, right: str) -> None:
    assert title_key(left) != title_key(right)


def test_two_records_with_the_same_title_and_abstract_are_one_paper() -> None:
    assert same({}, {})


def test_an_abstract_cut_short_is_the_same_paper() -> None:
    assert same({}, {"abstract": ABSTRACT.split(". ", maxsplit=1)[0]})


@pytest.mark.parametrize("title", ["Editorial", "summary"])
def test_a_shared_title_over_different_abstracts_is_not_the_same_paper(title: str) -> None:
    assert not same({"title": title}, {"title": title, "abstract": OTHER})


@pytest.mark.parametrize("years", [0, 1, 2])
def test_a_preprint_and_its_publication_may_lie_two_years_apart(years: int) -> None:
    assert same({"year": 2017}, {"year": 2017 + years})


@pytest.mark.parametrize("years", [3, 10])
def test_records_further_apart_are_two_papers(years: int) -> None:
    assert not same({"year": 2017}, {"year": 2017 + years})


def test_a_year_that_only_one_of_them_has_says_nothing() -> None:
    assert same({"year": 1995}, {})


def test_two_publishers_dois_are_two_papers() -> None:
    assert not same({"doi": "10.1145/1"}, {"doi": "10.1109/2"})


@pytest.mark.parametrize("preprint", ["10.48550/arxiv.1706.03762", "10.1101/2020.01.01.123456"])
def test_the_doi_of_a_preprint_may_differ_from_the_publishers(preprint: str) -> None:
    assert same({"doi": preprint}, {"doi": "10.1145/1"})


def test_two_arxiv_ids_are_two_papers() -> None:
    assert not same({"arxiv_id": "1706.03762"}, {"arxiv_id": "1706.03763"})


def test_records_without_a_common_author_are_two_papers() -> None:
    assert not same({"authors": ("Ada Lovelace",)}, {"authors": ("Grace Hopper",)})


@pytest.mark.parametrize("written", ["Vaswani, Ashish", "A. Vaswani", "ASHISH VASWANI", "Váswani A"])
def test_a_name_written_otherwise_is_the_same_author(written: str) -> None:
    assert same({"authors": ("Ashish Vaswani", "Noam Shazeer")}, {"authors": (written,)})


def test_short_names_are_names_and_initials_are_not() -> None:
    for one, other in (("李明", "李明"), ("Y. Li", "Yi Li"), ("Li Wu", "Wu, Li"), ("A. B.", "C. D.")):
        assert same({"authors": (one,)}, {"authors": (other,)}), one
    assert not same({"authors": ("Y. Li",)}, {"authors": ("Y. Wu",)})


def test_the_same_id_in_one_source_is_the_same_paper_only_when_title_or_abstract_agree() -> None:
    paper = Paper(1, "Pruning", ABSTRACT)
    assert same_record(paper, Record("Pruning, corrected", ABSTRACT, 1))
    assert same_record(paper, Record("Pruning", OTHER, 1))
    assert not same_record(paper, Record("Malaria", OTHER, 1))


def test_a_doi_without_a_suffix_is_none() -> None:
    assert normal_doi("10.1234/...") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BERT: Pre-training of Transformers", "BERT"),
        ("Modelling tumour behaviour", "Modeling tumor behavior"),
        (r"Effects of $\alpha$-synuclein in {M}ice", "Effects of <i>\u03b1</i>-synuclein in mice."),
        ("Growth of a crystal", "Growth of a crystl"),
    ],
)
def test_markup_spelling_a_subtitle_and_a_slip_make_no_other_title(one: str, other: str) -> None:
    assert almost_equal(one, other)
    assert almost_equal(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Graph minors I", "Graph minors II"),
        ("Cancer statistics, 2019", "Cancer statistics, 2020"),
        ("Erratum: Quiet lattices", "Quiet lattices"),
        ("Training with noise", "Training without noise"),
        ("Vitamin D in bones", "Vitamin K in bones"),
        ("Inductive reasoning", "Deductive reasoning"),
    ],
)
def test_numbers_parts_notices_and_other_words_make_another_title(one: str, other: str) -> None:
    assert not almost_equal(one, other)
    assert not almost_equal(other, one)
