"""`askpapers search`, `ask`: what the papers say."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ui.cli.options import (
    FAILED,
    AsWrittenOption,
    CheckOption,
    CollectionOption,
    JsonOption,
    LibraryOption,
    LlmOption,
    OriginOption,
    TagOption,
    TitleOption,
    WithoutRetractedOption,
    YearOption,
    about_to_ask,
    checking,
    console,
    print_json,
    read_settings,
)

NOT_ANSWERED = 3  # exit code when the abstracts don't say

QuestionArgument = Annotated[
    str | None, typer.Argument(metavar="QUESTION", help="what to ask; without: a conversation")
]

HistoryOption = Annotated[
    Path | None, typer.Option("--history", metavar="FILE", help="conversation to go on with; the answer is added")
]
AloneOption = Annotated[bool, typer.Option("--alone", help="it follows up no earlier question")]


def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="what to look for")],
    library: LibraryOption = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=1000, help="papers to show")] = 10,
    offset: Annotated[int, typer.Option("--offset", metavar="N", min=0, help="papers to leave out before")] = 0,
    year: YearOption = None,
    origin: OriginOption = None,
    title: TitleOption = None,
    collection: CollectionOption = None,
    tag: TagOption = None,
    without_retracted: WithoutRetractedOption = False,
    as_written: AsWrittenOption = False,
    as_json: JsonOption = False,
) -> None:
    """find papers, best first, and how many match"""
    settings = about_to_ask(read_settings(), library)
    from dataclasses import asdict

    from rag.library import Library
    from ui.cli.showing.rendering import show_hits
    from ui.filters import read_filters
    from ui.wording import matching, printable

    with Library.open(library, settings, create=False) as opened:
        filters = read_filters(year, origin, title, collection, tag, without_retracted=without_retracted)
        found = opened.find(query, limit=limit, offset=offset, filters=filters, as_written=as_written)
    for note in found.notes:
        sys.stderr.write(f"{printable(note)}\n")
    if as_json:
        print_json([asdict(hit) for hit in found.hits])
    else:
        show_hits(console(), found.hits, after=offset)
    if found.matching:
        console(stderr=True).print(matching(found, offset))


def ask(
    question: QuestionArgument = None,
    library: LibraryOption = None,
    llm: LlmOption = None,
    history: HistoryOption = None,
    year: YearOption = None,
    origin: OriginOption = None,
    title: TitleOption = None,
    collection: CollectionOption = None,
    tag: TagOption = None,
    without_retracted: WithoutRetractedOption = False,
    check: CheckOption = None,
    alone: AloneOption = False,
    as_written: AsWrittenOption = False,
    as_json: JsonOption = False,
) -> None:
    """answer a question, each sentence with its citation

    Without QUESTION it reads one question a line, each of which may follow up the last; an
    empty line ends it. A line may begin with --alone or --as-written, too. Exit code 0:
    answered, 3: the abstracts don't say, 1: error (of piped questions: any error).
    """
    settings = about_to_ask(checking(read_settings(llm=llm), check), library)
    from rag.conversation.history import check_writable, read_history
    from rag.library import Library
    from ui.cli.conversation import Conversation, Way
    from ui.filters import read_filters

    filters = read_filters(year, origin, title, collection, tag, without_retracted=without_retracted)
    turns = read_history(history) if history else []
    if history:
        check_writable(history)
    with Library.open(library, settings, create=False) as opened:
        conversation = Conversation(opened, turns, history, filters, as_json, Way(alone, as_written))
        if question is None:
            failed = conversation.go_on()
            raise typer.Exit(FAILED if failed and not sys.stdin.isatty() else 0)
        answer = conversation.ask(question)
    if not answer.answered:
        raise typer.Exit(NOT_ANSWERED)
