"""Excel's workbooks (.xlsx, .xlsm): each sheet that has a header of a table of papers, row by row.

openpyxl, because it streams the rows of a sheet and is what everybody reads and writes workbooks by. It is asked for
only when a workbook comes. Other office files are told by name.
"""

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any, BinaryIO

from rag.readers.inputs.kinds import is_office
from rag.readers.inputs.source import Problem, Source
from rag.readers.inputs.streams import UnreadableError
from rag.readers.parsing.table_rows import HEADER_ROWS, Row, is_header, no_header, records_in
from rag.records import Record

NAME = "workbook (.xlsx)"
INSTALL = "an Excel workbook; to read it: pip install 'askpapers[xlsx]', or save it as CSV"
WORKBOOK = "xl/workbook.xml"
OTHERS = (  # a member, or how it ends, and what the file is that holds it
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb); save it as .xlsx or CSV"),
    ("word/document.xml", "a Word document; export the references instead, as RIS or BibTeX"),
    ("ppt/presentation.xml", "a presentation; export the references instead, as RIS or BibTeX"),
    (".iwa", "a document of Apple's Numbers, Pages or Keynote; export it as .xlsx or CSV"),
    ("content.xml", "an OpenDocument file (.ods, .odt); save it as .xlsx or CSV"),
    ("META-INF/container.xml", "an e-book; export the references instead, as RIS or BibTeX"),
)
MUCH = 100_000_000  # bytes
MOST_SWELLING = 200  # times its packed size, of a member that is larger than MUCH; sheets swell 5 to 20 times
MOST_BYTES = 4_000_000_000  # of a sheet, unpacked
MOST_STRINGS = 500_000_000  # bytes of the texts of all cells, which are read at once
MOST_ROWS = 1_048_576  # of a sheet, as Excel has it
BOMB = f"unpacks to {MOST_SWELLING} times its size, or to more than fits: a bomb; nothing of it was read"


def recognises(head: bytes) -> bool:
    """Tell whether a file begins as an office file does."""
    return is_office(head)


def read(source: Source) -> Iterator[Record | Problem | str]:
    """Yield for each sheet with papers a remark on its columns, then a record or a Problem for each row.

    Raises UnreadableError where the file is no workbook, or a damaged one, or openpyxl isn't installed.
    """
    with source.whole() as file:
        _inspect(file)
        try:
            from openpyxl import load_workbook
        except ImportError as error:
            raise UnreadableError(INSTALL) from error
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations that openpyxl leaves out
            with _damage_told():
                book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            yield from _of_sheets([sheet for sheet in book.worksheets if sheet.sheet_state == "visible"])


def _of_sheets(sheets: list[Any]) -> Iterator[Record | Problem | str]:
    """Yield what is in each sheet with papers; why there is none in the first that holds anything, where none is."""
    reason, read_any = Problem(1, "a workbook without rows"), False
    for sheet in sheets:
        rows = _rows(sheet)
        first = list(islice(rows, HEADER_ROWS))
        if any(is_header(row.cells) for row in first):
            read_any = True
            for found in records_in(chain(first, rows)):
                yield f"sheet {sheet.title!r}: {found}" if isinstance(found, str) and len(sheets) > 1 else found
        elif first and reason.reason.endswith("without rows"):
            reason = Problem(first[0].number, no_header(first[0].cells))
    if not read_any:
        yield reason


def _rows(sheet: Any) -> Iterator[Row]:
    """Yield the rows of a sheet in which something stands. Raises UnreadableError where it is damaged."""
    sheet.reset_dimensions()  # which programs write wrong, and openpyxl would leave out what lies beyond
    rows = enumerate(sheet.iter_rows(values_only=True), start=1)
    while True:
        with _damage_told():
            number, cells = next(rows, (0, ()))
        if not number:
            return
        if number > MOST_ROWS:
            msg = f"a sheet of more than {MOST_ROWS:,} rows, which no workbook has"
            raise UnreadableError(msg)
        if any(cell is not None for cell in cells):
            yield Row(number, cells)


def _inspect(file: BinaryIO) -> None:
    """Raise UnreadableError when an office file is no workbook, or would fill the memory."""
    with _damage_told(), zipfile.ZipFile(file) as archive:
        members = {member.filename: member for member in archive.infolist()}
    if WORKBOOK not in members:
        kinds = (what for ending, what in OTHERS if any(name.endswith(ending) for name in members))
        raise UnreadableError(next(kinds, "an office document; save it as .xlsx or CSV"))
    for name, member in members.items():
        swollen = member.file_size > MUCH and member.file_size > MOST_SWELLING * member.compress_size
        if swollen or member.file_size > (MOST_STRINGS if name.endswith("sharedStrings.xml") else MOST_BYTES):
            raise UnreadableError(BOMB)
    file.seek(0)


@contextmanager
def _damage_told() -> Iterator[None]:
    """Raise UnreadableError for whatever openpyxl and zipfile raise on a damaged file, which is of any kind."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        msg = f"the workbook is damaged ({type(error).__name__}); open it in Excel and save it again"
        raise UnreadableError(msg) from error
