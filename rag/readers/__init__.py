"""Files to records: one module a format, chosen by what a file holds, never by its name.

A reader is a module in `formats` with `NAME`, `sniff(head) -> bool` and `read(source) -> records, problems and
remarks`. A new format is one new file there and one more entry in `reading.READERS`.
"""

from rag.readers.reading import NO_ABSTRACTS, read_content, read_file

__all__ = ["NO_ABSTRACTS", "read_content", "read_file"]
