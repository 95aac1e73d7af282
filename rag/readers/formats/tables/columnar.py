"""Files of columns: Parquet, Arrow and Feather, as data sets on a hub and DataFrames are saved. Batch by batch.

pyarrow, because it is what defines and writes them. It is asked for only when such a file comes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from itertools import count
from typing import Any, BinaryIO

from rag.readers.inputs.source import Problem, Source
from rag.readers.inputs.streams import UnreadableError
from rag.readers.parsing.column_names import fields_of
from rag.readers.parsing.table_columns import columns_of, missing_columns
from rag.readers.parsing.table_rows import Row, records_under
from rag.records import Record

NAME = "Parquet or Arrow file"
INSTALL = "a Parquet or Arrow file; to read it: pip install 'askpapers[parquet]', or write it with to_csv"
PARQUET, ARROW, STREAM = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"
BATCH = 256  # rows at a time
MUCH = 1_000_000_000  # bytes
MOST_SWELLING = 1_000  # times its packed size, of a group of rows that is larger than MUCH


def recognises(head: bytes) -> bool:
    """Tell whether a file begins as Parquet, as Arrow's file or as Arrow's stream, which data sets are kept in."""
    return head.startswith((PARQUET, ARROW)) or (head.startswith(STREAM) and b"\0" in head[4:16])


def read(source: Source) -> Iterator[Record | Problem | str]:
    """Yield a remark on how the columns are read, then a record or a Problem for each row, numbered from 1.

    Raises UnreadableError where the file is damaged, or pyarrow isn't installed.
    """
    try:
        import_module("pyarrow")
    except ImportError as error:
        raise UnreadableError(INSTALL) from error
    with source.whole() as file:
        with _damage_told():
            names, batches = _parquet(file) if source.head.startswith(PARQUET) else _arrow(file)
        if not columns_of(names).are_of_papers:
            yield Problem(1, missing_columns(names))
            return
        used = [name for found in fields_of(names).values() for name in found]
        yield from records_under(Row(1, used), _rows(used, batches))


def _parquet(file: BinaryIO) -> tuple[list[str], Iterator[Any]]:
    """Return the names of a file's columns, and its batches. Raises UnreadableError for what would fill the memory."""
    from pyarrow import parquet

    opened = parquet.ParquetFile(file)
    groups = [opened.metadata.row_group(number) for number in range(opened.num_row_groups)]
    for group in groups:
        packed = sum(group.column(number).total_compressed_size for number in range(group.num_columns))
        if group.total_byte_size > MUCH and group.total_byte_size > MOST_SWELLING * packed:
            msg = f"unpacks to {MOST_SWELLING:,} times its size: a bomb; nothing of it was read"
            raise UnreadableError(msg)
    names = list(opened.schema_arrow.names)
    used = [name for found in fields_of(names).values() for name in found]
    return names, opened.iter_batches(batch_size=BATCH, columns=used)


def _arrow(file: BinaryIO) -> tuple[list[str], Iterator[Any]]:
    """Return the names of the columns of Arrow's file or stream, and its batches in slices."""
    from pyarrow import ipc

    begins = file.read(len(ARROW))
    file.seek(0)
    if begins != ARROW:
        stream = ipc.open_stream(file)
        return list(stream.schema.names), stream
    opened = ipc.open_file(file)
    return list(opened.schema.names), map(opened.get_batch, range(opened.num_record_batches))


def _rows(names: list[str], batches: Iterator[Any]) -> Iterator[Row]:
    """Yield the rows of batches. Raises UnreadableError where one is damaged."""
    numbers = count(1)
    while True:
        with _damage_told():
            batch = next(batches, None)
        if batch is None:
            return
        for start in range(0, batch.num_rows, BATCH):
            with _damage_told():
                columns = [batch.column(name).slice(start, BATCH).to_pylist() for name in names]
            for number, cells in zip(numbers, zip(*columns, strict=True)):  # noqa: B905  (numbers don't end)
                yield Row(number, cells)


@contextmanager
def _damage_told() -> Iterator[None]:
    """Raise UnreadableError for whatever pyarrow raises on a damaged file, which is of many kinds."""
    try:
        yield
    except UnreadableError:
        raise
    except Exception as error:
        msg = f"the file is damaged ({type(error).__name__}); write it anew"
        raise UnreadableError(msg) from error
