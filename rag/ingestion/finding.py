"""Paths to the files to read: folders gone through, hidden files and libraries left out."""

import os
from collections.abc import Iterable
from pathlib import Path

from rag.errors import SourceError
from rag.readers.inputs.files import STANDARD_INPUT
from rag.storage.layout import is_library


def find_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files that these paths name, folders gone through in order of name.

    Hidden files and folders are left out, and libraries, which often lie beside what is read into them. A folder that
    can't be listed stands for its files, and is rejected when it is read. A path named `-` is standard input.

    Raises SourceError for a path that doesn't exist, so that a typing mistake is told before any work, or is a library.
    """
    files: list[Path] = []
    for path in paths:
        if _is_library(path):
            msg = f"{path} is a library, no source of papers. To bring its papers into another: askpapers export"
            raise SourceError(msg)
        if path.is_dir():
            files += _files_in(path)
        elif path == STANDARD_INPUT or path.exists():
            files.append(path)
        else:
            msg = f"{path} does not exist. Check the path; ingest takes files, folders and - for standard input."
            raise SourceError(msg)
    return files


def _files_in(root: Path) -> list[Path]:
    files, closed = list[Path](), list[OSError]()
    for folder, folders, names in os.walk(root, onerror=closed.append):
        shown = [Path(folder, name) for name in sorted(folders) if not name.startswith(".")]
        folders[:] = [inner.name for inner in shown if not _is_library(inner)]
        files += [Path(folder, name) for name in sorted(names) if not name.startswith(".")]
    return [*files, *(Path(error.filename) for error in closed)]


def _is_library(folder: Path) -> bool:
    try:
        return is_library(folder)
    except PermissionError:
        return False  # which is told where it is listed
