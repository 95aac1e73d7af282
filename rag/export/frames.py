"""Papers, hits, answers and comparisons as a pandas DataFrame, where pandas is there."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rag.errors import ExportError
from rag.records import Answer, Comparison, Found, Hit, IngestReport, Paper
from rag.records.standings import shown

if TYPE_CHECKING:
    import pandas as pd

Shown = Paper | Hit | Found | Answer | Comparison | IngestReport

PAPER = ("paper_id", "key", "title", "abstract", "authors", "year", "doi", "arxiv_id", "pubmed_id", "url", "retracted")
COLUMNS: dict[type, tuple[str, ...]] = {  # of a frame without rows
    Paper: (*PAPER, "sources"),
    Hit: ("score", "passage", *PAPER, "sources"),
    Answer: (
        *("question", "outcome", "claim", "standing", "support", "number", "quote", "paper_id", "key", "title", "year"),
        *("doi", "retracted"),
    ),
    IngestReport: ("source", "line", "reason"),
}


def to_frame(things: Shown | Iterable[Shown], *, of: type | None = None) -> "pd.DataFrame":
    """Return what a library gave as a DataFrame.

    A row is a paper; a hit with its best passage; of an answer a claim with one of its citations (one without claims is
    a row, too); of a comparison a paper with its cells; of an ingest what was rejected. `of` is the type of `things`
    where there may be none. Raises ExportError where pandas isn't installed, or for anything else.
    """
    try:
        import pandas as pd
    except ImportError as error:
        msg = "A DataFrame needs pandas. Install it with: pip install pandas"
        raise ExportError(msg) from error
    listed = [things] if isinstance(things, Shown) else list(things)
    rows = [row for one in listed for row in _rows(one)]
    kind = of or next((Hit if isinstance(one, Found) else type(one) for one in listed), Paper)
    frame = pd.DataFrame(rows, columns=None if rows else list(COLUMNS.get(kind, ())))
    # Whole numbers stay so where some are missing.
    whole = {name: "Int64" for name in ("year", "line", "number", "paper_id") if name in frame.columns}
    return frame.astype(whole)


def _rows(one: object) -> list[dict[str, Any]]:
    match one:
        case Paper():
            return [_paper(one)]
        case Hit():
            passage = one.passages[0].text if one.passages else None
            return [{"score": one.score, "passage": passage, **_paper(one.paper)}]
        case Found():
            return [row for hit in one.hits for row in _rows(hit)]
        case Answer():
            return _claims(one)
        case Comparison():
            return [
                {"number": row.number, "title": row.paper.title, "year": row.paper.year}
                | dict(zip(one.columns, (cell.text or None for cell in row.cells), strict=True))
                | {"paper_id": row.paper.paper_id, "doi": row.paper.doi, "retracted": row.paper.retracted}
                for row in one.rows
            ]
        case IngestReport():
            return [{"source": found.source, "line": found.line, "reason": found.reason} for found in one.rejected]
    msg = f"A {type(one).__name__} makes no row of a DataFrame; papers, hits, answers and comparisons do."
    raise ExportError(msg)


def _paper(paper: Paper) -> dict[str, Any]:
    return {
        **{name: getattr(paper, name) for name in PAPER},
        "authors": list(paper.authors),
        "sources": list(paper.origins),
    }


def _claims(answer: Answer) -> list[dict[str, Any]]:
    """Return a row for each claim and each paper that it cites."""
    asked: dict[str, Any] = {"question": answer.question, "outcome": str(answer.outcome)}
    rows = [
        asked
        | {"claim": claim.text, "standing": shown(claim).word, "support": claim.support}
        | ({"number": cited.number, "quote": cited.quote} | _named(cited.paper) if cited else _nothing())
        for claim in answer.claims
        for cited in claim.citations or (None,)
    ]
    return rows or [asked | {"claim": None, "standing": None, "support": None} | _nothing()]


def _named(paper: Paper) -> dict[str, Any]:
    return {name: getattr(paper, name) for name in ("paper_id", "key", "title", "year", "doi", "retracted")}


def _nothing() -> dict[str, Any]:
    return dict.fromkeys(COLUMNS[Answer][5:])
