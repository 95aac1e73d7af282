"""The commands that keep a library safe: backup, restore, rescue."""

from pathlib import Path
from typing import Annotated

import typer

from ui.cli.options import LibraryOption, console, read_settings


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

    made = back_up(_folder(library), file, vectors=vectors)
    size = file.stat().st_size
    typer.echo(f"{file}: {made.papers:,} papers{' with their vectors' if vectors else ''}, {size / 1e6:.1f} MB.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="what askpapers backup wrote")],
    library: LibraryOption = None,
) -> None:
    """make a library of a backup, in a folder that holds none

    Vectors that the backup lacks are made; cut short, rebuild finishes that.
    """
    from rag.maintenance.backup import restore as restore_backup
    from rag.maintenance.rebuild import rebuild
    from ui.cli.progress import watching

    folder = _folder(library)
    made = restore_backup(file, folder)
    if not made.vectors and made.papers:
        with watching(console(stderr=True)) as watch:
            rebuild(folder, read_settings(), watch)
    typer.echo(f"{folder}: {made.papers:,} papers restored.")


def rescue(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="file to write, as JSON Lines")],
    library: LibraryOption = None,
) -> None:
    """save what can be read of a damaged catalog, for ingest to read

    Exit code 1 when papers are lost or changed; their ids are told.
    """
    from rag.maintenance.rescue import rescue as rescue_papers

    saved = rescue_papers(_folder(library), out)
    typer.echo(f"{out}: {saved.papers:,} papers read. Bring them into a new library with: askpapers ingest {out}")
    if saved.changed:
        typer.echo(f"{_numbered(saved.changed)} not what was written; look at them before you rely on them.", err=True)
    if saved.lost:
        typer.echo(f"{_numbered(saved.lost)} lost.", err=True)
    if saved.lost or saved.changed:
        raise typer.Exit(1)


def _numbered(ids: tuple[int, ...]) -> str:
    named = ", ".join(map(str, ids[:20])) + (" …" if len(ids) > 20 else "")
    return f"{len(ids):,} papers (ids {named}) are" if len(ids) > 1 else f"1 paper (id {named}) is"


def _folder(library: Path | None) -> Path:
    return library or read_settings().library
