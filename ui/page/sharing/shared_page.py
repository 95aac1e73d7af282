"""A conversation as one HTML page with its evidence: read without a script, a network or this program.

Each [n] leads to the sentence that it rests on, in the abstract beside the answer, and from there back. Nothing is
fetched and nothing can run; what papers, models and readers wrote is text.
"""

import re
import textwrap
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path

from rag.export.text import SURROGATES
from rag.export.unmarked import unmarked_line
from rag.records import Answer, Claim, Paper, Turn
from rag.records.answers import CLOSEST, LEFT_OPEN, NEAREST_PAPERS, REFUSALS
from rag.records.standings import SHOWN, SOUND, shown
from ui.page.views.answer_text import STYLES, answer_text, tooltip
from ui.page.views.evidence import byline, highlighted, link_text, retraction
from ui.page.views.markup import document, link, prose
from ui.wording import summary

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
CLAIM = re.compile(r'<span class="ap-claim ap-(\w+)" data-claim="(\d+)">')
SLICE = re.compile(r'<mark class="ap-slice" data-claims="([\d ]+)">')
HEADING = re.compile(r"<(/?)h([4-6])>")
SHOWN_OF_CLAIM = 70  # characters by which a card names a sentence


def conversation_html(turns: Sequence[Turn], *, title: str, library: str = "", date: str = "") -> str:
    """Return a conversation as a page by itself.

    `library` names what was asked, `date` says when the page was made; both are left out when empty.
    """
    answers = [turn.answer for turn in turns if isinstance(turn.answer, Answer)]
    name = " ".join(title.split()) or "Conversation"
    asked = "".join(_article(turn, place) for place, turn in enumerate(turns, start=1))
    page = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(name)}</title>\n<style>\n{_styles()}</style>\n</head>\n<body>\n"
        f"<header><h1>{escape(name)}</h1>{_about(answers, library, date)}{_contents(turns)}</header>\n"
        f"<main>\n{asked}</main>\n{_legend(answers)}</body>\n</html>\n"
    )
    return SURROGATES.sub("\ufffd", page)


@cache
def _styles() -> str:
    return Path(__file__).with_name("shared_page.css").read_text("utf-8")


def _about(answers: Sequence[Answer], library: str, date: str) -> str:
    """Return the line that says what was asked, who answered and when."""
    models = dict.fromkeys(
        f"answered by {answer.answerer}" if answer.is_markdown else "answered with quotes, no language model"
        for answer in answers
    )
    most = max((answer.searched.papers for answer in answers), default=0)
    papers = f"{most:,} {'paper' if most == 1 else 'papers'}" if answers else ""
    parts = [date, f"{library} ({papers})" if library and papers else library or papers, *models]
    return f'<p class="about">{" · ".join(escape(part) for part in parts if part)}</p>'


def _contents(turns: Sequence[Turn]) -> str:
    if len(turns) < 2:
        return ""
    items = "".join(f'<li><a href="#q{place}">{_line(turn.question)}</a></li>' for place, turn in enumerate(turns, 1))
    return f'<nav aria-label="Questions"><ol>{items}</ol></nav>'


def _article(turn: Turn, place: int) -> str:
    if not isinstance(turn.answer, Answer):
        body = _raised(document(turn.answer)) or "<p>No answer.</p>"
        return f'<article id="q{place}"><h2>{_line(turn.question)}</h2><div class="answer">{body}</div></article>\n'
    answer = turn.answer
    cards = _cards(answer, place)
    opened = f'<section class="evidence" aria-label="Evidence, question {place}" tabindex="0">'
    evidence = f"{opened}<h3>{_head(answer)}</h3>{cards}</section>" if cards else ""
    return (
        f'<article id="q{place}"><h2>{_line(turn.question)}</h2>\n<div class="both"><div class="answer">'
        f'{_said(answer, place)}<p class="line">{escape(summary(answer))}</p></div>\n{evidence}</div></article>\n'
    )


def _said(answer: Answer, place: int) -> str:
    asked = "".join(f'<p class="quiet">{_line(line)}</p>' for line in (answer.joined, answer.read) if line)
    notes = "".join(f'<p class="note">{_line(note)}</p>' for note in answer.notes)
    if answer.answered:
        return f"{asked}{_text(answer, place)}{notes}"
    open_ = f'<p class="note">{LEFT_OPEN} {prose(answer.left_open)}</p>' if answer.left_open else ""
    return f'{asked}<p class="verdict">{_line(REFUSALS[answer.outcome])}</p>{open_}{notes}'


def _text(answer: Answer, place: int) -> str:
    """Return an answer's text; its sentences are anchors, its citations lead to the cited sentence."""

    def cite(number: int, claim: int | None) -> str:
        target = f"q{place}-p{number}" if claim is None else f"q{place}-p{number}-s{claim}"
        return f'<a class="cite" href="#{target}" aria-label="[{number}], evidence">[{number}]</a>'

    named: set[str] = set()

    def sentence(found: re.Match[str]) -> str:
        anchor = "" if found[2] in named else f' id="q{place}-s{found[2]}"'
        named.add(found[2])
        return f'<span class="claim {found[1]}"{anchor}>'

    html = CLAIM.sub(sentence, answer_text(answer, cite=cite, mark=_mark))
    return _raised(html.replace("ap-left-open", "note"))


def _raised(html: str) -> str:
    """Return HTML of an answer with its headings right below the question's."""
    return HEADING.sub(lambda tag: f"<{tag[1]}h{int(tag[2]) - 1}>", html)


def _mark(claim: Claim, _: int) -> str:
    if claim.standing in SOUND:
        return ""
    tip = escape(tooltip(claim))
    return (
        f'<a class="mark {STYLES[claim.standing]}" href="#{_anchor(claim)}" title="{tip}" '
        f'aria-label="{tip}">{shown(claim).sign}</a>'
    )


def _anchor(claim: Claim) -> str:
    return f"mark-{str(claim.standing).replace(' ', '-')}"


def _head(answer: Answer) -> str:
    if answer.answered:
        return f"Evidence: {len(answer.citations)} {'paper' if len(answer.citations) == 1 else 'papers'}"
    return NEAREST_PAPERS.rstrip(":")


def _cards(answer: Answer, place: int) -> str:
    if answer.answered:
        return "".join(_cited(answer, citation.number, citation.paper, place) for citation in answer.citations)
    return "".join(
        _card(
            paper,
            f'<p class="quiet">{CLOSEST.capitalize()} {prose(closest.text)}</p>' if closest else "",
            f'<p class="abstract">{prose(paper.abstract)}</p>',
        )
        for paper, closest in answer.nearest_with_closest
    )


def _cited(answer: Answer, number: int, paper: Paper, place: int) -> str:
    slices = [
        (claim_place, citation)
        for claim_place, claim in enumerate(answer.claims)
        for citation in claim.citations
        if citation.number == number
    ]
    claims = dict.fromkeys(claim for claim, _ in slices)
    named: set[str] = set()

    def anchors(found: re.Match[str]) -> str:
        new = [claim for claim in found[1].split() if claim not in named]
        named.update(new)
        return "".join(f'<span id="q{place}-p{number}-s{claim}"></span>' for claim in new) + "<mark>"

    back = "".join(
        f'<li><a href="#q{place}-s{claim}">{_beginning(answer.claims[claim].text)}</a></li>' for claim in claims
    )
    resting = f'<p class="quiet">Cited for</p><ul class="back">{back}</ul>' if back else ""
    abstract = f'<p class="abstract">{SLICE.sub(anchors, highlighted(paper, slices))}</p>'
    return _card(paper, "", f"{abstract}{resting}", cited=(place, number))


def _card(paper: Paper, before: str, abstract: str, *, cited: tuple[int, int] | None = None) -> str:
    """Return one paper: open with its number when it is cited, as (question, number); else its abstract is folded."""
    label = f'<span class="number">[{cited[1]}]</span> ' if cited else ""
    where = f' <span class="where">{link(paper.link, link_text(paper))}</span>' if paper.link else ""
    named = f' id="q{cited[0]}-p{cited[1]}"' if cited else ""
    return (
        f'<section class="card"{named}><h4>{label}{prose(paper.title)}</h4>'
        f'<p class="byline">{escape(byline(paper))}{retraction(paper)}{where}</p>{before}'
        f"<details{' open' if cited else ''}><summary>Abstract</summary>{abstract}</details></section>"
    )


def _beginning(text: str) -> str:
    return escape(textwrap.shorten(unmarked_line(text), SHOWN_OF_CLAIM, placeholder=" …"))


def _legend(answers: Sequence[Answer]) -> str:
    there = {claim.standing for answer in answers for claim in answer.claims}
    items = "".join(
        f'<dt id="mark-{str(standing).replace(" ", "-")}" class="{STYLES[standing]}">{one.sign} {one.word}</dt>'
        f"<dd>{escape(one.meaning)}</dd>"
        for standing, one in SHOWN.items()
        if standing in there
    )
    return (
        "<footer><h2>How to read this page</h2><p>Each [n] leads to the sentence of an abstract that a sentence of the "
        "answer rests on, highlighted there; <i>Cited for</i> leads back. A sentence that carries a sign should be "
        f"compared with what it cites; one without is quoted, or was found to hold.</p><dl>{items}</dl>"
        "<p>Made with Askpapers. Abstracts and quotes are those of the papers named.</p></footer>\n"
    )


def _line(text: str) -> str:
    return escape(" ".join(text.split()))
