"""The command line: `askpapers COMMAND`. A module per group of commands; every expected error is one line.

Heavy imports happen inside the commands, so that `--help` is instant. Machine output (--json) goes to stdout alone;
progress, rejections and errors go to stderr.
"""

import sys

import typer

from ui.cli import asking, comparing, evaluation, exporting, fetching, ingesting, maintenance, marking, papers, serving
from ui.cli.options import FAILED, STOPPED

app = typer.Typer(
    name="askpapers",
    help="Ask your own shelf of paper abstracts and get answers in which every sentence cites its papers.",
    epilog="First run:  askpapers demo      Then:  askpapers ingest PATH  and  askpapers ask 'QUESTION'",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

COMMANDS = (
    ingesting.demo,
    ingesting.ingest,
    ingesting.work,
    fetching.fetch,
    fetching.refresh,
    fetching.enrich,
    asking.search,
    asking.ask,
    comparing.compare,
    serving.chat,
    exporting.export,
    papers.list_papers,
    papers.show,
    marking.collections,
    marking.collect,
    marking.tag,
    marking.note,
    papers.remove,
    papers.info,
    papers.merges,
    papers.split,
    maintenance.doctor,
    maintenance.rebuild,
    maintenance.backup,
    maintenance.restore,
    maintenance.rescue,
    maintenance.audit,
)
for command in COMMANDS:
    app.command(name=command.__name__.removesuffix("_papers"))(command)
app.add_typer(evaluation.app)


def main() -> None:
    """Run the command line; the console script `askpapers`."""
    from rag.errors import RagError

    try:
        app()
    except RagError as error:
        sys.stderr.write(f"Error: {' '.join(str(error).split())}\n")
        sys.exit(FAILED)
    except SystemExit as error:
        if error.code == STOPPED:  # Typer makes that of Ctrl+C, and says nothing
            sys.stderr.write("Stopped. What was stored stays; run the same command again.\n")
        raise
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone: nothing is left to say
        sys.exit(FAILED)
