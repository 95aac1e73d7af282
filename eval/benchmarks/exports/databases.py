"""The works of a search as each of five databases exports them, with the habits of its own.

PubMed gives the year of the first appearance and labelled sections, Embase initials behind the family name, Scopus the
publisher's line, EBSCO a second abstract that is a copyright text and no DOI in its field, Web of Science a year of
print and names without accents.
"""

import csv
import io
import random
import unicodedata
from collections.abc import Callable
from textwrap import wrap
from typing import NamedTuple

from eval.benchmarks.exports.works import SECTIONS, SEED, Work

LITTLE = frozenset("a an and at by for from in of on or the to under with".split())
SHARE = 0.85  # of the works that a database holds
WITHOUT_DOI = 0.15
COPYRIGHT = (
    "Copyright of {journal} is the property of {publisher} and its content may not be copied or emailed to "
    "multiple sites or posted to a listserv without the copyright holder's express written permission. "
    "However, users may print, download, or email articles for individual use. This abstract may be abridged. "
    "No warranty is given about the accuracy of the copy. Users should refer to the original published version"
    " of the material for the full abstract. (Copyright applies to all Abstracts.)"
)


class Export(NamedTuple):
    """A file: its name, its text, and the number of the work that each of its records is of, in order."""

    name: str
    text: str
    numbers: list[int]


def exports(works: list[Work]) -> list[Export]:
    """Return the five exports of these works, each in an order of its own."""
    writers: tuple[tuple[str, Callable[[Work, random.Random], str], str, str], ...] = (
        ("pubmed.nbib", _pubmed, "", "\n"),
        ("embase.ris", _embase, "", ""),
        ("scopus.csv", _scopus, SCOPUS, ""),
        ("ebsco.ris", _ebsco, "", ""),
        ("savedrecs.txt", _web_of_science, "FN Clarivate Analytics Web of Science\nVR 1.0\n", "EF\n"),
    )
    found = []
    for name, write, before, after in writers:
        chance = random.Random(f"{SEED} {name}")  # noqa: S311
        held = [work for work in works if _holds(name, work) and chance.random() < SHARE]
        chance.shuffle(held)
        found.append(
            Export(name, before + "".join(write(work, chance) for work in held) + after, [one.number for one in held])
        )
    return found


def _holds(name: str, work: Work) -> bool:
    """Tell whether a database has works of this kind: only some take conference abstracts."""
    return work.kind != "meeting" or name in {"embase.ris", "savedrecs.txt", "scopus.csv"}


def _pubmed(work: Work, chance: random.Random) -> str:
    lines = [("PMID", work.pubmed_id), ("DP", f"{work.online} Nov 12"), ("TI", f"{work.title.rstrip('.')}.")]
    lines += [("LID", f"{work.doi} [doi]")] if chance.random() > WITHOUT_DOI else []
    text = "" if work.kind == "reply" else _sectioned(work, str.upper)
    lines += [("AB", text)] if text else []
    lines += [("CI", f"Copyright (c) {work.year} {work.publisher}.")]
    for family, given in work.authors:
        lines += [("FAU", f"{family}, {given.replace('.', '')}"), ("AU", f"{family} {_initials(given)}")]
    lines += [("PT", _publication_type(work)), ("JT", work.journal)]
    return "\n" + "".join(f"{tag:<4}- " + "\n      ".join(wrap(value, 80)) + "\n" for tag, value in lines)


def _publication_type(work: Work) -> str:
    kinds = {"erratum": "Published Erratum", "reply": "Comment", "notice": "Retraction of Publication"}
    return "Retracted Publication" if work.retracted else kinds.get(work.kind, "Journal Article")


def _embase(work: Work, chance: random.Random) -> str:
    title = f"RETRACTED: {work.title}" if work.retracted else work.title
    lines = [
        ("TY", "JOUR"),
        ("M3", "Conference Abstract" if work.kind == "meeting" else "Article"),
        ("Y1", str(work.year)),
    ]
    lines += [("DB", "Embase"), ("JF", work.journal)]
    lines += [("C5", work.pubmed_id)] if work.kind != "meeting" else []
    lines += [("DO", work.doi)] if chance.random() > WITHOUT_DOI else []
    lines += [("A1", f"{family} {_initials(given, dot='.')}") for family, given in work.authors]
    lines += [
        ("T1", _spelled(title)),
        ("N2", f"{_spelled(_sectioned(work, str.title))} Copyright © {work.year} {work.publisher}"),
    ]
    return _ris(lines)


SCOPUS = "\ufeffAuthors,Author full names,Title,Year,Source title,DOI,Abstract,Document Type,EID\n"


def _scopus(work: Work, chance: random.Random) -> str:
    holder = f"© {work.year} {work.publisher}"
    text = " ".join(work.parts)
    text = (
        f"{holder}. {text}"
        if chance.random() < 0.2
        else f"{text} {holder}{chance.choice(['', '.', ' All rights reserved.'])}"
    )
    if work.kind in {"erratum", "reply", "notice"}:
        text = "[No abstract available]"
    row = io.StringIO()
    csv.writer(row, lineterminator="\n").writerow(
        [
            "; ".join(f"{family} {_initials(given, dot='.')}" for family, given in work.authors),
            "; ".join(f"{family}, {given} ({57_000_000 + len(family)})" for family, given in work.authors),
            work.title, work.year, work.journal, work.doi if chance.random() > WITHOUT_DOI else "", text, "Article",
            f"2-s2.0-85{work.number:09}",
        ]
    )  # fmt: skip
    return row.getvalue()


def _ebsco(work: Work, chance: random.Random) -> str:
    text = " ".join(work.parts)
    text = text[: text.rfind(" ", 0, 330)] + " ..." if chance.random() < 0.1 and len(text) > 340 else text
    names = work.authors if len(work.authors) < 6 else work.authors[:1]
    lines = [("TY", "JOUR"), *(("AU", f"{family}, {given}") for family, given in names)]
    lines += [("AU", "et al.")] if len(names) < len(work.authors) else []
    lines += [("T1", f"{_title_case(_spelled(work.title))}."), ("JO", work.journal), ("Y1", f"{work.year}/06//")]
    lines += [("AB", _spelled(text) + chance.choice(["", " [ABSTRACT FROM AUTHOR]"]))]
    lines += [("AB", COPYRIGHT.format(journal=work.journal, publisher=work.publisher))]
    return _ris([*lines, ("L3", work.doi), ("DP", "EBSCOhost"), ("DB", "eih")])


def _web_of_science(work: Work, chance: random.Random) -> str:
    lines = [("PT", ["J"]), ("AU", [_plain(f"{family}, {_initials(given)}") for family, given in work.authors])]
    lines += [("AF", [_plain(f"{family}, {given}") for family, given in work.authors])]
    lines += [("TI", wrap(_title_case(work.title), 70)), ("SO", [work.journal.upper()])]
    text = f"{' '.join(work.parts)} (C) {work.year} {work.publisher} All rights reserved."
    lines += [("AB", wrap(text, 80))] if work.kind != "reply" else []
    lines += [("PY", [str(work.year)]), ("UT", [f"WOS:{900_000_000_000 + work.number:015}"])]
    lines += [("DI", [work.doi])] if chance.random() > WITHOUT_DOI else []
    return "".join(f"{tag} " + "\n   ".join(values) + "\n" for tag, values in lines) + "ER\n\n"


def _ris(lines: list[tuple[str, str]]) -> str:
    return "".join(f"{tag}  - {value}\n" for tag, value in lines) + "ER  - \n\n"


def _sectioned(work: Work, cased: Callable[[str], str]) -> str:
    """Return an abstract with its labels, where it has so many sections."""
    if len(work.parts) < len(SECTIONS):
        return " ".join(work.parts)
    return " ".join(f"{cased(label)}: {text}" for label, text in zip(SECTIONS, work.parts, strict=True))


def _initials(given: str, dot: str = "") -> str:
    return "".join(f"{word[0]}{dot}" for word in given.split())


def _title_case(text: str) -> str:
    words = text.split(" ")
    return " ".join(
        word if word in LITTLE and place else word[:1].upper() + word[1:] for place, word in enumerate(words)
    )


def _spelled(text: str) -> str:
    """Return a text with Greek letters spelled out."""
    return text.replace("β", "beta")


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.replace("ø", "o")) if not unicodedata.combining(c))
