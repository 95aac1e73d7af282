"""`askpapers export`: which form is meant, what of a conversation is written, and where to."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import QuestionError, SourceError, StorageError
from ui.cli.options import (
    CollectionOption,
    LibraryOption,
    OriginOption,
    TagOption,
    TitleOption,
    WithoutRetractedOption,
    YearOption,
    read_settings,
)

if TYPE_CHECKING:
    from rag.export import Form
    from rag.records import Turn


FormOption = Annotated[
    str | None,
    typer.Option(
        "--form",
        metavar="FORM",
        help="bibtex (the default), ris, csl-json, jsonl, markdown, apa or ieee; with --history also html, text",
    ),
]
HistoryOption = Annotated[
    Path | None, typer.Option("--history", metavar="FILE", help="only what this conversation cites")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="file to write; its ending can tell the form")
]


def export(
    library: LibraryOption = None,
    form: FormOption = None,
    history: HistoryOption = None,
    out: OutOption = None,
    year: YearOption = None,
    origin: OriginOption = None,
    title: TitleOption = None,
    collection: CollectionOption = None,
    tag: TagOption = None,
    without_retracted: WithoutRetractedOption = False,
) -> None:
    """write papers, or a conversation, in a form that others read

    Without --history all papers that pass the filters. With it the papers that are cited
    there, in ieee with the numbers that they have there; as markdown or text the
    conversation itself with its references, as html a page of it with its evidence.
    """
    from rag.export import export as export_papers
    from rag.library import Library
    from ui.filters import read_filters

    if history is not None:
        text = shared_conversation(history, form, out) or exported_conversation(history, chosen_form(form, out))
    else:
        chosen = chosen_form(form, out)
        filters = read_filters(year, origin, title, collection, tag, without_retracted=without_retracted)
        with Library.open(library, read_settings(), create=False) as opened:
            text = export_papers(opened.selected(filters), chosen)
    write_out(text, out)


def chosen_form(form: str | None, out: Path | None) -> "Form":
    """Return the form that is named, or that a file's ending tells; BibTeX without either. Raises QuestionError."""
    from rag.export import Form

    endings = {one.suffix: one for one in reversed(Form)}  # the first of those with one ending: APA of .txt
    try:
        return Form(form) if form else endings.get(out.suffix.lower() if out else "", Form.BIBTEX)
    except ValueError as error:
        msg = f"There is no form {form!r}. Choose one of: {', '.join(Form)}"
        raise QuestionError(msg) from error


def shared_conversation(history: Path, form: str | None, out: Path | None) -> str:
    """Return a conversation as a page or as plain text, where that is the form that is meant; else nothing.

    Raises SourceError when it can't be read.
    """
    from rag.conversation.text import conversation_text
    from ui.page.sharing.shared_page import conversation_html

    if form == "text":
        return conversation_text(_turns(history))
    if form == "html" or (form is None and out and out.suffix.lower() in {".html", ".htm"}):
        turns = _turns(history)
        return conversation_html(turns, title=turns[0].question if turns else "")
    return ""


def _turns(history: Path) -> "list[Turn]":
    from rag.conversation.history import read_history

    if not history.exists():
        msg = f"There is no history at {history}. Begin one with: askpapers ask --history {history}"
        raise SourceError(msg)
    return read_history(history)


def exported_conversation(history: Path, form: "Form") -> str:
    """Return the papers that a conversation cites; as Markdown, the conversation.

    Raises SourceError when it can't be read, QuestionError when it cites nothing.
    """
    from rag.citations.numbering import number_papers
    from rag.conversation.markdown import conversation_markdown
    from rag.export import Form, export
    from rag.records import Answer

    turns = _turns(history)
    if form is Form.MARKDOWN:
        return conversation_markdown(turns)
    cited = [one for turn in turns if isinstance(turn.answer, Answer) for one in turn.answer.citations]
    papers = list({citation.paper.paper_id: citation.paper for citation in cited}.values())
    if not papers:
        msg = f"The conversation {history} cites no paper. Keep whole answers with: askpapers ask --history {history}"
        raise QuestionError(msg)
    return export(papers, form, numbers=number_papers((), turns))


def write_out(text: str, out: Path | None) -> None:
    """Write a text to a file, or to stdout. Raises StorageError."""
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        msg = f"{out} can't be written ({error.strerror}). Choose another file with --out."
        raise StorageError(msg) from error
