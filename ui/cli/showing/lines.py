"""One line of what the command line shows: wrapped to the terminal, whole into a pipe; and a paper as such a line."""

from rich.console import Console
from rich.text import Text

from rag.records import Paper
from ui.wording import printable

WIDTH = 100  # characters of a line at most


def reference(label: str, paper: Paper) -> Text:
    """Return a paper as one line behind a label: title, byline, retraction, link."""
    text = Text(f"{label} ", "cyan").append(printable(paper.title).rstrip("."), "bold")
    if paper.byline:
        text.append(f". {printable(paper.byline)}")
    if paper.retraction:
        text.append(". ").append(printable(paper.retraction), "bold red")
    if paper.link:
        text.append(f". {printable(paper.link)}", "blue")
    return text


def print_wrapped(console: Console, text: Text, *, indent: int = 0, first: int = 0) -> None:
    """Print a text wrapped to the terminal, at most WIDTH wide, later lines indented."""
    if not console.is_terminal:
        # Into a pipe or a file a line is a line: tools want no wrapping.
        console.print(Text(" " * first) + text, soft_wrap=True)
        return
    for number, line in enumerate(text.wrap(console, min(console.width, WIDTH) - indent)):
        line.rstrip()
        console.print(Text(" " * (indent if number else first)) + line, soft_wrap=True)
