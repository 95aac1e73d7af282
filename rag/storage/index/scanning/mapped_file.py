"""The vectors in a file that is mapped into memory: 8 bits of every number to look through, 16 to be exact with.

Derived from the kept vectors, beside them, and thrown away whenever it doesn't fit. Opening it reads all but the 16
bits and compares checksums (a damaged code could hide a paper; .1 s of a million); looking through all of it reads the
8 bits, 384 bytes a chunk, and of the 16 bits some hundred rows. How far a row's 8 bits are from its vector is known, so
nothing is missed: no cosine is off by more than `error`.

    a head of one page: JSON with the checksums of what follows, and its own
    papers, starts   int64, a paper each: ascending ids, and where its rows begin
    scales, lengths  float32, a row each: what makes codes numbers; the length of the kept vector
    codes            int8 (rows, dimension), of the vector of length 1
    numbers          float16 (rows, dimension), as they are kept; read, not mapped
"""

import json
import mmap
import os
import secrets
import threading
import weakref
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryDamagedError
from rag.storage.layout import PARTIAL, IndexFolder
from rag.utils.arrays import Matrix

VERSION = 2
PAGE = 4_096
LARGEST = 127  # of a code
SLACK = 1e-5  # of the arithmetic of 32 bits


class Numbers:
    """The kept vectors of a file by their rows, read from it and not mapped.

    Around each row that is read of a mapped file the system maps 64 kB: a few hundred searches would hold all of it.
    """

    def __init__(self, file: IO[bytes], part: "_Part") -> None:
        """Read the vectors at a part of an open file, which may be closed: it stays open here as long as this lives."""
        self._file, self._part = os.dup(file.fileno()), part
        weakref.finalize(self, os.close, self._file)

    def __getitem__(self, rows: NDArray[np.int64]) -> NDArray[np.float16]:
        """Return some rows; what can't be read is no number."""
        width = self._part.shape[1]
        size = 2 * width
        try:
            found = b"".join(self._read(size, self._part.offset + row * size) for row in rows.tolist())
            return np.frombuffer(found, "<f2").reshape(len(rows), width)
        except (OSError, ValueError):
            return np.full((len(rows), width), np.nan, np.float16)

    def _read(self, size: int, place: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._file, size, place)
        with _TURN:  # on Windows, where a file has one place
            os.lseek(self._file, place, os.SEEK_SET)
            return os.read(self._file, size)


_TURN = threading.Lock()


class Base(NamedTuple):
    """The vectors of a file: those of `papers[i]` (ascending ids) are the rows from `starts[i]` on."""

    papers: NDArray[np.int64]
    starts: NDArray[np.int64]
    scales: NDArray[np.float32]
    lengths: NDArray[np.float32]
    codes: NDArray[np.int8]
    numbers: Numbers
    error: float  # the longest difference of a vector of length 1 and what its codes tell


def make_base(folder: IndexFolder, pages: Iterable[list[tuple[int, Matrix]]], papers: int, rows: int) -> str | None:
    """Write the vectors (by ascending paper id) into a new file; return its stamp, None when there is no room.

    `papers`, `rows`: how many there are. Raises LibraryDamagedError when the pages hold others.
    """
    stamp = secrets.token_hex(8)
    place = folder.scan(stamp)
    making = place.with_name(f"{place.name}{PARTIAL}")
    try:
        for stale in folder.path.glob(f"{folder.scan('*').name}{PARTIAL}"):
            stale.unlink()
        with making.open("wb+") as file:
            _write(file, stamp, pages, (papers, rows))
        making.replace(place)
    except OSError:
        return None
    except ValueError as error:
        msg = f"{folder.vectors} gives other vectors than it counts ({error}). {folder.advice}"
        raise LibraryDamagedError(msg) from error
    finally:
        with suppress(OSError):
            making.unlink()
    return stamp


def open_base(place: Path, stamp: str) -> Base | None:
    """Return the vectors of a file; None when it is gone, or not what was written under that stamp."""
    try:
        with place.open("rb") as file:
            told = _head(file.read(PAGE))
            if told is None or told["stamp"] != stamp:
                return None
            parts = _parts(told["papers"], told["rows"], told["dimension"])
            if place.stat().st_size != _end(parts):  # to read beyond the end of a mapped file takes the process down
                return None
            mapped = mmap.mmap(file.fileno(), parts[-1].offset, access=mmap.ACCESS_READ)
            numbers = Numbers(file, parts[-1])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    arrays: list[Any] = [np.ndarray(part.shape, part.kind, mapped, part.offset) for part in parts[:-1]]
    papers, starts, scales, lengths, codes = arrays
    if _checksum(arrays[:4]) != told["checksum"] or _checksum([codes]) != told["codes"]:
        return None
    return Base(papers, starts, scales, lengths, codes, numbers, told["error"])


def remove_bases(folder: IndexFolder, but: str | None = None) -> None:
    """Remove the files of an index, but for one; who has another open goes on with it."""
    for path in folder.path.glob(folder.scan("*").name):
        if but is None or path != folder.scan(but):
            with suppress(OSError):
                path.unlink()


class _Part(NamedTuple):
    offset: int
    shape: tuple[int, ...]
    kind: str

    @property
    def size(self) -> int:
        return int(np.dtype(self.kind).itemsize * np.prod(self.shape))


def _parts(papers: int, rows: int, dimension: int) -> list[_Part]:
    """Return where each array lies, each from a page of its own on."""
    parts, place = list[_Part](), PAGE
    a_paper, a_row, whole = (papers,), (rows,), (rows, dimension)
    shapes: tuple[tuple[tuple[int, ...], str], ...] = (
        (a_paper, "<i8"), (a_paper, "<i8"), (a_row, "<f4"), (a_row, "<f4"), (whole, "i1"), (whole, "<f2"),
    )  # fmt: skip
    for shape, kind in shapes:
        parts.append(_Part(place, shape, kind))
        place += -(-parts[-1].size // PAGE) * PAGE
    return parts


def _end(parts: list[_Part]) -> int:
    return parts[-1].offset + parts[-1].size


def _write(file: Any, stamp: str, pages: Iterable[list[tuple[int, Matrix]]], expected: tuple[int, int]) -> None:
    parts, dimension, error, row, checksum = list[_Part](), 0, 0.0, 0, 0
    ids: list[int] = []
    chunks: list[int] = []
    small: tuple[list[Matrix], list[Matrix]] = ([], [])
    for page in pages:
        matrix = np.concatenate([vectors for _, vectors in page])
        if not parts:
            dimension = matrix.shape[1]
            parts = _parts(*expected, dimension)
        ids += [paper_id for paper_id, _ in page]
        chunks += [len(vectors) for _, vectors in page]
        codes, scales, lengths, off = _coded(matrix)
        error, checksum = max(error, off), zlib.crc32(codes.data, checksum)
        small[0].append(scales)
        small[1].append(lengths)
        for part, array in zip(parts[4:], (codes, matrix.astype("<f2")), strict=True):
            file.seek(part.offset + row * array[0].nbytes)
            file.write(array.tobytes())
        row += len(matrix)
    if (len(ids), row) != expected:
        msg = f"{len(ids)} papers of {expected[0]}, {row} chunks of {expected[1]}"
        raise ValueError(msg)
    starts = np.cumsum([0, *chunks], dtype="<i8")[:-1]
    arrays = [np.array(ids, "<i8"), starts, *(np.concatenate(one).astype("<f4") for one in small)]
    for part, found in zip(parts, arrays, strict=False):
        file.seek(part.offset)
        file.write(found.tobytes())
    file.truncate(_end(parts))
    told = {"version": VERSION, "stamp": stamp, "papers": len(ids), "rows": row, "dimension": dimension}
    head = json.dumps(told | {"error": error + SLACK, "checksum": _checksum(arrays), "codes": checksum})
    file.seek(0)
    file.write(f"{head}\n{zlib.crc32(head.encode())}\n".encode())


def _head(page: bytes) -> dict[str, Any] | None:
    """Return what the head of a file tells; None when it isn't what was written, or of another version."""
    head, told, *_ = page.split(b"\n", 2)
    if zlib.crc32(head) != int(told):
        return None
    found: dict[str, Any] = json.loads(head)
    return found if found["version"] == VERSION else None


def _coded(matrix: Matrix) -> tuple[NDArray[np.int8], Matrix, Matrix, float]:
    """Return the codes of vectors, what makes them numbers, the vectors' lengths, and how far the worst is off."""
    lengths = np.maximum(np.linalg.norm(matrix, axis=1), 1e-12).astype(np.float32)
    rows = matrix / lengths[:, None]
    scales = (np.maximum(np.abs(rows).max(axis=1), 1e-12) / LARGEST).astype(np.float32)
    codes = np.rint(rows / scales[:, None])
    off = np.linalg.norm(rows - codes * scales[:, None], axis=1).max()
    return codes.astype(np.int8), scales, lengths, float(off)


def _checksum(arrays: Iterable[NDArray[Any]]) -> int:
    found = 0
    for array in arrays:
        found = zlib.crc32(np.ascontiguousarray(array).data, found)
    return found
