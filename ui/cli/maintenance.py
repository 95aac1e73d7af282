"""`askpapers doctor`, `rebuild`: a library looked after."""

from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.options import FAILED, JsonOption, LibraryOption, LlmOption, console, print_json, read_settings

if TYPE_CHECKING:
    from rag.maintenance.doctor import Finding


def doctor(
    library: LibraryOption = None,
    as_json: JsonOption = False,
    model: Annotated[
        bool, typer.Option("--model", help="check the language model that is set instead: what works, what to change")
    ] = False,
    llm: LlmOption = None,
) -> None:
    """open and check every part of the library, say what mends it"""
    from dataclasses import asdict

    from ui.cli.rendering import show_findings

    settings = read_settings(llm=llm)
    if model:
        from rag.maintenance.model_check import check_model

        findings = check_model(settings)
    else:
        from rag.maintenance.doctor import check

        findings = iter(check(library or settings.library, settings))
    found: list[Finding] = []
    for finding in findings:
        found.append(finding)
        if not as_json:
            show_findings(console(), [finding])  # as it is found: a model takes its time
    if as_json:
        print_json([asdict(finding) for finding in found])
    if not all(finding.sound for finding in found):
        raise typer.Exit(FAILED)


def rebuild(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """make all vectors anew from the stored papers

    Uses the embedding model of the settings; the old vectors stay until the new are whole.
    """
    from rag.maintenance.rebuild import rebuild as rebuild_vectors
    from ui.cli.progress import watching

    settings = read_settings()
    folder = library or settings.library
    with watching(console(stderr=True)) as watch:
        done = rebuild_vectors(folder, settings, watch)
    if as_json:
        print_json({"rebuilt": done})
    else:
        console().print(f"{folder}: vectors of {done:,} papers made anew.")
