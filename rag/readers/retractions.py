"""What a source says of a paper's retraction: in its title, its abstract, its kinds and notes.

    RETRACTED ARTICLE: Otters return · Otters return (Retracted article. See vol. 3) · Retracted Publication

The notice that tells of a retraction (`Retraction note to: ...`, `Retraction of Publication`) is another work, and none
that was retracted. A paper about retractions is neither: `Retracted papers in biology` marks nothing.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

LONGEST = 200  # characters of what is kept
WORK = r"(?:book |review |research |original )?(?:article|paper|publication|chapter|study|manuscript|preprint|review)"
STATE = r"(?:partially |temporarily )?(?:retracted|withdrawn)"
AT_FRONT = re.compile(
    rf"^[^\w]*(?P<said>{STATE}(?: {WORK})?|(?-i:REMOVED|TEMPORARY REMOVAL))\W{{0,3}}?"
    r"(?:(?<=[\w])[\])*]+\s*[:.\u2013\u2014-]?|\s?:|\s?[\u2013\u2014]|\s-)\s*",
    re.IGNORECASE,
)
AT_END = re.compile(
    rf"\s?(?:[\[(]\W?(?P<said>{STATE}(?: {WORK})?)\b[^\])]{{0,200}}[\])]"
    r"|[-\u2013\u2014:]\s?(?P<bare>(?-i:RETRACTED|WITHDRAWN)))\W*$",
    re.IGNORECASE,
)
NOTICE = re.compile(
    r"^\W*(?:(?:notice|note|statement|announcement) of )?(?:partial )?(?:retraction|withdrawal)\b"
    r"\s*(?:note|notice|statement|announcement)?\s*(?:[:\])\u2013\u2014-]|to\b|of\b|for\b|$)"
    r"|[\[(]\W?(?:partial )?retraction (?:of|to)\b[^\])]*[\])]\W*$",
    re.IGNORECASE,
)
NOTICE_ABSTRACT = re.compile(r"^\W*this (?:notice |article )?retracts\b", re.IGNORECASE)
IN_WORDS = re.compile(
    rf"(?P<said>\bthis {WORK} (?:has been|was|is|had been)(?: since been| formally| temporarily)? "
    r"(?:retracted|withdrawn|removed)\b)"
    rf"|\bauthors? (?:has|have) (?P<how>withdrawn|retracted) (?:this|their|his|her|the) (?:{WORK}|work)\b",
    re.IGNORECASE,
)
YES = frozenset(("true", "yes", "is_retracted", "isretracted", "retracted"))
TAGS = frozenset(("retracted", "retracted publication"))
HINTS = ("retract", "withdraw", "remov")  # most records have none of them, and are asked nothing more
# By itself enough, whatever the title is: how PubMed, Web of Science and Crossref tell of it.
SURE = re.compile(
    r"\b(?:retracted|withdrawn) publication\b(?! as topic)|\bretraction in\b"
    r"|^\W*(?:partial[ _-])?(?:retraction|withdrawal|removal)\s?:\s?(?:https?://(?:dx\.)?doi\.org/)?10\.",
    re.IGNORECASE,
)
# What a note, a kind or a tag begins with that tells of it.
NOTED = re.compile(
    rf"^\W*(?:{STATE}(?: {WORK})?|removed|temporary removal)(?:\W*$|\s?[:.,;(\[\u2013\u2014-]"
    r"|\s(?:in|by|on|at|from|due|because|for|after|see|as|\d))",
    re.IGNORECASE,
)
NOTICE_KIND = re.compile(
    r"^\W*(?:partial )?(?:retraction|withdrawal)(?:\W*$| (?:of|to|note|notice)\b(?!.*\bas topic))", re.IGNORECASE
)
PIECES = re.compile(r";\s|[\n|]+")  # a blank behind: 2020;15(1) is one piece


class Told(NamedTuple):
    """A paper's title without what was put before or behind it, and what is said of its retraction, if anything."""

    title: str
    retracted: str | None


def retraction_in(title: str, abstract: str = "", said: str | Iterable[str] = ()) -> Told:
    """Return a paper's own title, and what its source says of a retraction.

    `title` and `abstract` are clean. `said` are the texts of the source that may tell of one: kinds of publication,
    notes, tags; most of them are about something else.

    >>> retraction_in("RETRACTED ARTICLE: Otters return")
    Told(title='Otters return', retracted='Retracted article')
    >>> retraction_in("Retraction note to: Otters return", said=["Retraction of Publication"])
    Told(title='Retraction note to: Otters return', retracted=None)
    """
    texts = [said] if isinstance(said, str) else [*said]
    if not _is_hinted("\n".join((title, abstract[:LONGEST], *texts)).lower()) and not any(
        text.strip().casefold() in YES for text in texts if text
    ):
        return Told(title, None)
    pieces = [piece for text in texts for piece in _pieces(text)]
    own, marked = _own_title(title)
    sure = [_shown(piece) for piece in pieces if SURE.search(piece)]
    about_another = NOTICE.search(title) or NOTICE_ABSTRACT.search(abstract) or any(map(NOTICE_KIND.search, pieces))
    if about_another and not sure:
        return Told(title, None)
    noted = [_shown(piece) for piece in pieces if NOTED.search(piece) or piece.casefold() in YES]
    worded = [_worded(found) for text in (*pieces, abstract[:LONGEST]) if (found := IN_WORDS.search(text))]
    told = [*([marked] if marked else []), *sure, *noted, *worded]
    return Told(own, max(told, key=lambda one: (len(one), one)) if told else None)


def tagged_so(tags: str | Iterable[str]) -> list[str]:
    """Return the tags or keywords that tell of a retraction: few do, for it is also what papers are about."""
    pieces = (piece for text in ([tags] if isinstance(tags, str) else tags) for piece in re.split(r"[\n;|,]+", text))
    return [tag for piece in pieces if (tag := piece.strip(" []*#")).casefold() in TAGS]


def _is_hinted(text: str) -> bool:
    first, second, third = HINTS  # in turn, which is told in less time than a loop or a pattern takes
    return first in text or second in text or third in text


def _pieces(text: str) -> list[str]:
    return [" ".join(piece.split()) for piece in PIECES.split(text) if piece.strip()]


def _own_title(title: str) -> tuple[str, str | None]:
    """Return a title without the mark of a retraction, and that."""
    for found in (AT_FRONT.search(title), AT_END.search(title)):
        if found:
            said = next(filter(None, found.groups()))
            own = title[: found.start()] + title[found.end() :]
            own = own.removesuffix("]") if own.count("]") > own.count("[") else own  # [Retracted: Otters return.]
            return (own if any(map(str.isalnum, own)) else title), _shown(said)
    return title, None


def _worded(found: re.Match[str]) -> str:
    return _shown(found["said"] or f"{found['how']} by its authors")


def _shown(said: str) -> str:
    """Return what is said as it is kept: as a sentence begins, not in capitals, of bounded length."""
    said = " ".join(said.split()).strip(" .,;[](){}*")
    if said.casefold() in YES:
        return "Retracted"
    said = said.lower() if said.isupper() else said
    said = said if len(said) <= LONGEST else f"{said[: LONGEST - 1].rstrip()}…"
    return said[:1].upper() + said[1:]
