"""When are two records the same paper? Pure functions; the catalog does the looking up.

A DOI, an arXiv id (without version) or a PubMed id decides, unless title and abstract are clearly of another paper.
Without one, the same title decides, unless something speaks against it: a false merge hides a paper, a missed one only
shows it twice.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from rag.records import Paper, Record
from rag.records.author_matching import first_author, share_an_author
from rag.text.boilerplate.placeholders import is_placeholder, is_withdrawal
from rag.text.boilerplate.publishers_texts import own_words
from rag.text.titles import almost_equal, is_about_another, marks, title_key, without_retraction, wording
from rag.text.words import stems

Reference = Paper | Record

LIKENESS = 0.4  # share of the shorter abstract's words that the other must hold
STRONG_LIKENESS = 0.35  # the same where a long title, the first author and the year agree
NEAR_LIKENESS = 0.6  # the same where the titles only almost agree
SAME_TEXT = 0.85  # share of all words of two abstracts that both hold, for a paper that got a new title
LONG_TITLE = 4  # words
LONGEST_KEY = 500  # characters: a whole abstract in the place of a title is looked up by its beginning
START = 150  # characters of an abstract, in which its first words stand
LONG_ABSTRACT = 12  # different content words
YEARS_APART = 2  # a preprint and its publication
IDENTIFIERS = ("doi", "arxiv_id", "pubmed_id")  # the surest first
DOI = re.compile(r"10\.\d{3,9}/\S*[^\W_]\S*")
ARXIV_ID = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?")
PUBMED_ID = re.compile(
    r"\s*(?:pmid:?\s*|(?:https?://)?(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov"
    r"|ncbi\.nlm\.nih\.gov/pubmed)/)?0*([1-9]\d{0,8})/?\s*",
    re.IGNORECASE | re.ASCII,
)
PREPRINTS = (
    "10.48550/", "10.1101/", "10.2139/ssrn", "10.20944/preprints", "10.21203/rs", "10.26434/", "10.31219/", "10.31234/",
    "10.36227/techrxiv",
)  # fmt: skip


def normal_doi(doi: str | None) -> str | None:
    """Return a DOI in lower case without its address: `https://doi.org/10.1/X` gives `10.1/x`."""
    match = DOI.search(doi) if doi else None
    return match[0].lower().rstrip(".,;") if match else None


def normal_arxiv_id(arxiv_id: str | None) -> str | None:
    """Return an arXiv id without address and version: `arXiv:1706.03762v5` gives `1706.03762`."""
    match = ARXIV_ID.search(arxiv_id) if arxiv_id else None
    return match[1] if match else None


def normal_pubmed_id(pubmed_id: str | None) -> str | None:
    """Return a PubMed id without address and leading zeros: `PMID: 012345` gives `12345`."""
    match = PUBMED_ID.fullmatch(pubmed_id) if pubmed_id else None
    return match[1] if match else None


def arxiv_id_of(reference: Reference) -> str | None:
    """Return a reference's arXiv id, also when only its DOI tells it: `10.48550/arXiv.1706.03762`."""
    return reference.arxiv_id or (arxiv_id_of_doi(reference.doi) if reference.doi else None)


def arxiv_id_of_doi(doi: str) -> str | None:
    """Return the arXiv id that a DOI in its normal form tells: `10.48550/arxiv.1706.03762` gives `1706.03762`."""
    match = re.fullmatch(r"10\.48550/arxiv\.(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?", doi)
    return match[1] if match else None


def is_preprint(doi: str) -> bool:
    """Tell whether a DOI is that of a preprint server."""
    return doi.startswith(PREPRINTS)


def identifiers(reference: Reference) -> dict[str, str]:
    """Return the public identifiers of a reference by kind, the surest first, as they are compared."""
    arxiv_id = arxiv_id_of(reference)
    found = {
        "doi": reference.doi,
        # The class of an old id is no part of it: math.GT/0309136 is math/0309136.
        "arxiv_id": re.sub(r"\.[a-z]{2}/", "/", arxiv_id.lower()) if arxiv_id else None,
        "pubmed_id": reference.pubmed_id,
    }
    return {kind: value for kind, value in found.items() if value}


@lru_cache(maxsize=4_000)  # those of a batch, and of all that it is compared with
def fingerprint(reference: Reference) -> str:
    """Return what a record has in common with its copies in other files, whatever those call it.

    That a paper was retracted makes no other record of it: what was known of the record stays so.
    """
    parts = (
        reference.title,
        reference.abstract,
        reference.authors,
        reference.year,
        sorted(identifiers(reference).items()),
    )
    return hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


@lru_cache(maxsize=2_000)  # a record is first looked up, then stored under its keys
def title_keys(reference: Reference) -> Mapping[str, str]:
    """Return the keys under which a reference with the same or almost the same title would stand."""
    found = {"title": title_key(reference.title)}
    author, words, text = first_author(reference.authors), wording(reference.title), stems(reference.abstract[:START])
    if author and words:
        found["near"] = f"{author} {words[0]}"
    if author and len(text) > 3:
        found["start"] = f"{author} {' '.join(text[:4])}"
    return MappingProxyType({kind: key[:LONGEST_KEY] for kind, key in found.items()})


def same_record(one: Reference, other: Reference) -> bool:
    """Tell whether a record with the same id in the same source as another is that one, perhaps edited."""
    return title_key(one.title) == title_key(other.title) or _held(one.abstract, other.abstract) >= LIKENESS


def clearly_different(one: Reference, other: Reference) -> bool:
    """Tell whether two records with the same public identifier can't be one paper: title and abstract are others.

    Where one has no abstract, the titles alone say so.
    """
    if is_about_another(one.title) != is_about_another(other.title):
        return True  # an erratum often has the text of what it corrects, and its id
    if title_key(one.title) == title_key(other.title) or almost_equal(one.title, other.title):
        return False
    left, right = set(wording(one.title)), set(wording(other.title))
    akin = len(left & right) / (min(len(left), len(right)) or 1) >= 0.5 and marks(one.title) == marks(other.title)
    both = one.abstract and other.abstract
    return not akin and not (both and _held(one.abstract, other.abstract) >= LIKENESS)


def conflicting(one: Reference, other: Reference, *, identifiers_only: bool = False) -> bool:
    """Tell whether something speaks against two records being one paper, their titles and abstracts aside."""
    left, right = identifiers(one), identifiers(other)
    for kind in left.keys() & right.keys():
        preprint = kind == "doi" and is_preprint(left[kind]) != is_preprint(right[kind])
        if left[kind] != right[kind] and not preprint:
            return True
    if identifiers_only:
        return False
    if one.year and other.year and abs(one.year - other.year) > YEARS_APART:
        return True
    return not share_an_author(one.authors, other.authors)


def same_paper(one: Reference, other: Reference) -> bool:
    """Tell whether two records without a common identifier are one paper: by title, authors, year and abstract."""
    if conflicting(one, other):
        return False
    author = first_author(one.authors)
    known = author is not None and author == first_author(other.authors)
    titles = without_retraction(one.title), without_retraction(other.title)
    if title_key(titles[0]) == title_key(titles[1]):
        # A conference abstract of the year before has the title of the article, and another text.
        sure = known and one.year is not None and one.year == other.year and len(wording(one.title)) >= LONG_TITLE
        return _held(one.abstract, other.abstract) >= (STRONG_LIKENESS if sure else LIKENESS)
    if not known:
        return False
    if almost_equal(*titles):
        return _held(one.abstract, other.abstract) >= NEAR_LIKENESS
    return _renamed(one, other)


@lru_cache(maxsize=2_000)
def worth(abstract: str) -> str:
    """Return what an abstract says, without what an older reader left around it; empty for what is none."""
    own = own_words(abstract)
    return "" if is_placeholder(own) or is_withdrawal(own) else own


def _renamed(one: Reference, other: Reference) -> bool:
    """Tell whether two records with other titles have the same text: a preprint that was published under a new one."""
    preprint = any(arxiv_id_of(paper) or (paper.doi and is_preprint(paper.doi)) for paper in (one, other))
    akin = set(wording(one.title)) & set(wording(other.title))
    if not preprint or not akin or marks(one.title) != marks(other.title):
        return False
    left, right = set(stems(one.abstract)), set(stems(other.abstract))
    return min(len(left), len(right)) >= LONG_ABSTRACT and len(left & right) / len(left | right) >= SAME_TEXT


def _held(left: str, right: str) -> float:
    """Return which share of the shorter abstract's content words the other holds, 1 when there are none."""
    one, other = _told(left), _told(right)
    shorter = min(len(one), len(other))
    return len(one & other) / shorter if shorter else 1.0


@lru_cache(maxsize=2_000)  # a record is compared with each that may be its paper, and these with the next one
def _told(abstract: str) -> frozenset[str]:
    return frozenset(stems(worth(abstract)))
