"""Exporting from the command line: which form is meant, what of a conversation is written, and where to."""

import sys
from pathlib import Path

from rag.citations.numbering import papers_cited
from rag.conversation.history import read_history
from rag.conversation.markdown import conversation_markdown
from rag.errors import QuestionError, SourceError, StorageError
from rag.export import Form, export
from rag.records import Answer


def chosen_form(form: str | None, out: Path | None) -> Form:
    """Return the form that is named, or that a file's ending tells; BibTeX without either. Raises QuestionError."""
    endings = {one.suffix: one for one in Form}
    try:
        return Form(form) if form else endings.get(out.suffix.lower() if out else "", Form.BIBTEX)
    except ValueError as error:
        msg = f"There is no form {form!r}. Choose one of: {', '.join(Form)}"
        raise QuestionError(msg) from error


def exported_conversation(history: Path, form: Form) -> str:
    """Return the papers that a conversation cites; as Markdown, the conversation.

    Raises SourceError when it can't be read, QuestionError when it cites nothing.
    """
    if not history.exists():
        msg = f"There is no history at {history}. Begin one with: askpapers ask --history {history}"
        raise SourceError(msg)
    turns = read_history(history)
    if form is Form.MARKDOWN:
        return conversation_markdown(turns)
    claims = [claim for turn in turns if isinstance(turn.answer, Answer) for claim in turn.answer.claims]
    papers = [citation.paper for citation in papers_cited(claims)]
    if not papers:
        msg = f"The conversation {history} cites no paper. Keep whole answers with: askpapers ask --history {history}"
        raise QuestionError(msg)
    return export(papers, form)


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
