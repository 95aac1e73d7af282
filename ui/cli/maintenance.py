"""`askpapers doctor`, `rebuild`, `backup`, `restore`, `rescue`: a library looked after, and kept safe."""

from pathlib import Path
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

    from ui.cli.showing.rendering import show_findings

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


def rebuild(
    library: LibraryOption = None,
    embed: Annotated[bool, typer.Option("--embed", help="embed all papers again, whatever is kept of them")] = False,
    as_json: JsonOption = False,
) -> None:
    """make all vectors anew from the stored papers

    Uses the embedding model of the settings; what is kept of that model and sound is taken
    over without embedding. The old vectors stay until the new are whole.
    """
    from rag.maintenance.rebuild import rebuild as rebuild_vectors
    from rag.storage.choosing import placed
    from ui.cli.showing.progress import watching

    settings = read_settings()
    place = placed(library or settings.library)
    with watching(console(stderr=True)) as watch:
        done = rebuild_vectors(place, settings, watch, embed_all=embed)
    if as_json:
        print_json({"rebuilt": done})
    else:
        typer.echo(f"{place}: vectors of {done:,} papers made anew.")


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="file to write, as papers.zip")],
    library: LibraryOption = None,
    vectors: Annotated[
        bool, typer.Option("--vectors", help="keep the vectors too: a larger file, restored without embedding")
    ] = False,
) -> None:
    """write the whole library into one file

    Others may read and write meanwhile (with --vectors only read). An earlier file of the
    name is replaced when the new one is whole.
    """
    from rag.maintenance.backup import back_up

    settings = read_settings()
    made = back_up(library or settings.library, file, settings, vectors=vectors)
    size = file.stat().st_size
    typer.echo(f"{file}: {made.papers:,} papers{' with their vectors' if vectors else ''}, {size / 1e6:.1f} MB.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="what askpapers backup wrote")],
    library: LibraryOption = None,
) -> None:
    """make a library of a backup, where there is none yet

    Vectors that the backup lacks are made; cut short, rebuild finishes that.
    """
    from rag.maintenance.backup import restore as restore_backup
    from rag.maintenance.rebuild import rebuild
    from rag.storage.choosing import placed
    from ui.cli.showing.progress import watching

    settings = read_settings()
    place = placed(library or settings.library)
    made = restore_backup(file, place, settings)
    if not made.vectors and made.papers:
        with watching(console(stderr=True)) as watch:
            rebuild(place, settings, watch)
    typer.echo(f"{place}: {made.papers:,} papers restored.")


def rescue(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="file to write, as JSON Lines")],
    library: LibraryOption = None,
) -> None:
    """save what can be read of a damaged catalog, for ingest to read

    Exit code 1 when papers are lost or changed; their ids are told.
    """
    from rag.maintenance.rescue import rescue as rescue_papers

    saved = rescue_papers(library or read_settings().library, out)
    marks = "--marks " if saved.marked or saved.queries else ""
    marked = f", {saved.marked:,} with marks" if saved.marked else ""
    marked += f", {saved.queries:,} kept quer{'ies' if saved.queries > 1 else 'y'}" if saved.queries else ""
    told = f"{out}: {saved.papers:,} papers read{marked}. Bring them into a new library with: askpapers ingest"
    typer.echo(f"{told} {marks}{out}")
    if saved.changed:
        typer.echo(f"{_numbered(saved.changed)} not what was written; look at them before you rely on them.", err=True)
    if saved.lost:
        typer.echo(f"{_numbered(saved.lost)} lost.", err=True)
    if saved.lost or saved.changed:
        raise typer.Exit(1)


def _numbered(ids: tuple[int, ...]) -> str:
    named = ", ".join(map(str, ids[:20])) + (" …" if len(ids) > 20 else "")
    return f"{len(ids):,} papers (ids {named}) are" if len(ids) > 1 else f"1 paper (id {named}) is"
