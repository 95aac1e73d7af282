"""`askpapers doctor`, `rebuild`: a library looked after."""

import typer

from ui.cli.options import FAILED, JsonOption, LibraryOption, console, print_json, read_settings


def doctor(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """open and check every part of the library, say what mends it"""
    from dataclasses import asdict

    from rag.maintenance.doctor import check
    from ui.cli.rendering import show_findings

    settings = read_settings()
    findings = check(library or settings.library, settings)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        show_findings(console(), findings)
    if not all(finding.sound for finding in findings):
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
