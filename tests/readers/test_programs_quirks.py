"""What single programs write that others of the same format don't: each is read as a person would."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from rag.records import Record

Read = Callable[[bytes], Any]
MOSS = "We measured the growth of moss on thirty roofs. It was fastest in the shade."
MOOS = "Wir messen das Wachstum von Moos auf dreissig Dächern. Es war am schnellsten im Schatten."


def only(read_bytes: Read, text: str, encoding: str = "utf-8") -> Record:
    """Return the one record of a file that holds nothing else."""
    found = read_bytes(text.encode(encoding))
    assert (len(found.records), found.rejections) == (1, []), found
    record: Record = found.records[0]
    return record


def test_a_tagged_export_of_ads_has_its_abstract_under_its_own_tag(read_bytes: Read) -> None:
    text = f"%R 2020MNRAS.123..456D\n%T Moss\n%A Doe, Jane; Poe, A.\n%D 05/2020\n%B {MOSS}\n%Y DOI: 10.1093/x\n"
    record = only(read_bytes, text)
    assert (record.abstract, record.doi, record.key) == (MOSS, "10.1093/x", "2020MNRAS.123..456D")
    assert record.authors == ("Jane Doe", "A. Poe")


def test_endnotes_secondary_title_is_no_abstract(read_bytes: Read) -> None:
    record = only(read_bytes, f"%0 Journal Article\n%T Moss\n%B Roofs of today\n%X {MOSS}\n")
    assert record.abstract == MOSS


def test_medline_says_whose_abstract_another_one_is_and_puts_suffixes_last(read_bytes: Read) -> None:
    text = f"PMID- 2\nTI  - Moss.\nFAU - Smith, John Q Jr\nFAU - Doe, Ann 3rd\nOAB - Publisher: {MOOS}\n"
    record = only(read_bytes, text)
    assert record.abstract == MOOS
    assert record.authors == ("John Q Smith Jr", "Ann Doe 3rd")


def test_ris_without_a_space_behind_the_dash_is_read(read_bytes: Read) -> None:
    record = only(read_bytes, f"TY  -JOUR\nTI  -Moss\nAU  -Doe, Jane\nAB  -{MOSS}\nER  -\n")
    assert (record.title, record.abstract, record.authors) == ("Moss", MOSS, ("Jane Doe",))


def test_cinahls_number_of_pubmed_is_read(read_bytes: Read) -> None:
    text = f"TY  - JOUR\nT1  - Moss\nN2  - {MOSS}\nN1  - Accession Number: 1. PMID: NLM31111111.\nER  - \n"
    assert only(read_bytes, text).pubmed_id == "31111111"


@pytest.mark.parametrize("tail", ["ABSTRACT FROM AUTHOR", "Abstract Copyright (2020), The Moss Society."])
def test_who_an_abstract_is_from_is_no_part_of_it(read_bytes: Read, tail: str) -> None:
    assert only(read_bytes, json.dumps({"title": "Moss", "abstract": f"{MOSS} {tail}"})).abstract == MOSS


def test_one_text_with_abstracts_in_two_languages_begins_with_the_english_one(read_bytes: Read) -> None:
    text = f"ZUSAMMENFASSUNG {MOOS} ABSTRACT {MOSS}"
    assert only(read_bytes, json.dumps({"title": "Moss", "abstract": text})).abstract == f"{MOSS} {MOOS}"


def test_biblatex_names_the_parts_of_names_and_has_subtitles(read_bytes: Read) -> None:
    text = (
        "@article{10.2307/123456, title={Moss}, subtitle={On roofs}, author={family=Gogh, prefix=van, given=Jan and "
        f"Doe, Jane}}, year={{in press}}, date={{2020-05}}, "
        f"abstract={{{MOSS} \\href{{http://x.org}}{{Here}}, 3 \\textmu m.}}}}"
    )
    record = only(read_bytes, text)
    assert (record.title, record.authors, record.year) == ("Moss: On roofs", ("Jan van Gogh", "Jane Doe"), 2020)
    assert record.abstract == f"{MOSS} Here, 3 µm."
    assert record.doi == "10.2307/123456"


def test_three_names_between_commas_are_three_people(read_bytes: Read) -> None:
    text = f"@misc{{a, title={{Moss}}, author={{Jane Doe, John Roe, Wei Li}}, abstract={{{MOSS}}}}}"
    assert only(read_bytes, text).authors == ("Jane Doe", "John Roe", "Wei Li")


def test_a_line_under_the_header_of_a_markdown_table_is_no_paper(read_bytes: Read) -> None:
    text = f"| Title | Authors | Abstract |\n|:---|---|---:|\n| Moss | Jane Doe | {MOSS} |\n"
    assert only(read_bytes, text).title == "Moss"


@pytest.mark.parametrize(
    ("key", "field", "expected"),
    [
        ("https://doi.org/10.1000/abc", "doi", "10.1000/abc"),
        ("https://pubmed.ncbi.nlm.nih.gov/31111111/", "pubmed_id", "31111111"),
    ],
)
def test_an_address_as_key_says_the_public_id(read_bytes: Read, key: str, field: str, expected: str) -> None:
    assert getattr(only(read_bytes, f"id,title,abstract\n{key},Moss,{MOSS}\n"), field) == expected
    assert getattr(only(read_bytes, json.dumps({"id": key, "title": "M", "abstract": MOSS})), field) == expected


def test_ids_that_pandas_made_floats_and_openaires_are_read(read_bytes: Read) -> None:
    paper = {
        "title": "Moss",
        "abstract": MOSS,
        "pmid": 31111111.0,
        "pids": [{"id": {"scheme": "doi", "value": "10.1000/x"}}],
    }
    record = only(read_bytes, json.dumps(paper))
    assert (record.pubmed_id, record.doi) == ("31111111", "10.1000/x")


def test_hals_year_and_address_are_read(read_bytes: Read) -> None:
    paper = {"title_s": ["Moss"], "abstract_s": [MOSS], "producedDateY_i": 2020, "uri_s": "https://hal.science/hal-1"}
    record = only(read_bytes, json.dumps({"response": {"docs": [paper]}}))
    assert (record.year, record.url) == (2020, "https://hal.science/hal-1")


def test_a_file_with_line_ends_of_older_macs_is_in_their_encoding(read_bytes: Read) -> None:
    text = f"TY  - JOUR\rTI  - Moos über Dächern\rAU  - Müller, Jörg\rAB  - {MOOS}\rER  - \r"
    record = only(read_bytes, text, "mac_roman")
    assert (record.title, record.authors, record.abstract) == ("Moos über Dächern", ("Jörg Müller",), MOOS)


def test_an_abstract_of_jats_in_another_language_follows_without_its_tag(read_bytes: Read) -> None:
    text = (
        "<article><front><article-meta><title-group><article-title>Moss</article-title></title-group>"
        f'<abstract><p>{MOSS}</p></abstract><trans-abstract xml:lang="de"><p>{MOOS}</p></trans-abstract>'
        "</article-meta></front></article>"
    )
    assert only(read_bytes, text).abstract == f"{MOSS} {MOOS}"
