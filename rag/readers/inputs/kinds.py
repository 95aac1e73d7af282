"""What a file is that holds no papers in a form that is read here, told by its first bytes; and what to do instead.

Archives among them, and office files, which are archives too.
"""

import re

PACKED = {
    "gzip": re.compile(rb"\x1f\x8b\x08"),
    "zip": re.compile(rb"PK(?:\x03\x04|\x05\x06)"),
    "bzip2": re.compile(rb"BZh[1-9]1AY&SY"),
    "xz": re.compile(rb"\xfd7zXZ\0"),
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd"),
    "7z": re.compile(rb"7z\xbc\xaf\x27\x1c"),
    "rar": re.compile(rb"Rar!\x1a\x07"),
    "tar": re.compile(rb"(?s).{257}ustar"),
}
# The first member of an office file, of an e-book, and of what Apple's programs write.
OFFICE = re.compile(rb"\[Content_Types\]\.xml|(?:_rels|docProps|xl|word|ppt|META-INF)/.*|mimetype|.*\.iwa")
NAME_LENGTH, NAME = slice(26, 28), 30  # where they stand in an archive
EXPORT = "export the references instead, as RIS or BibTeX"
FOREIGN = (
    (re.compile(rb"[\s\xef\xbb\xbf]{0,64}%PDF-"), f"a PDF; {EXPORT.replace('references', 'reference')}"),
    (
        re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        "an old Excel or Word file (.xls, .doc), or one with a password; save it as .xlsx or CSV, without a password",
    ),
    (re.compile(rb"\{\\rtf"), f"formatted text (RTF); {EXPORT}"),
    (re.compile(rb"(?s)SQLite format 3\0.*\brow_sums\b"), "a library of Askpapers; name its folder with --library"),
    (re.compile(rb"(?s)SQLite format 3\0.*itemAttachments"), f"Zotero's database; {EXPORT}"),
    (re.compile(rb"(?s)SQLite format 3\0.*(?:MendeleyToken|DocumentContributors)"), f"Mendeley's database; {EXPORT}"),
    (re.compile(rb"(?s)SQLite format 3\0.*(?:refs_ord|enl_refs)"), f"an EndNote library; {EXPORT}"),
    (re.compile(rb"SQLite format 3\0"), f"a database (SQLite), as Zotero and Mendeley keep their papers in; {EXPORT}"),
    (re.compile(rb"\x80[\x02-\x05]"), "a pickle of Python, which is never opened; write it with to_parquet or to_csv"),
    (re.compile(rb"\x89HDF\r\n"), "an HDF5 file; write the table with to_parquet or to_csv"),
    (re.compile(rb"FEA1"), "an old Feather file; write it anew with to_parquet or to_feather"),
    (re.compile(rb"RD[AX][23]\n|[AXB]\n\0\0\0[\x02\x03]"), "a file of R; write the table with write.csv"),
    (re.compile(rb"\x93NUMPY"), "an array of NumPy; write the table with to_parquet or to_csv"),
    (
        re.compile(rb"%!PS|AT&TFORM"),
        f"a printed page (PostScript or DjVu); {EXPORT.replace('references', 'reference')}",
    ),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8"), f"a picture; {EXPORT}"),
    (re.compile(rb"(?i)MIME-Version:|From: <Saved by"), f"a saved web page (MHTML) or a mail; {EXPORT}"),
    (
        re.compile(rb'(?s).{0,200}<\?mso-application progid="(?:Excel|Word)'),
        "an Excel or Word file of 2003 (XML); save it as .xlsx or CSV",
    ),
)


def packed_kind(head: bytes) -> str | None:
    """Return the name of the kind of archive that a file begins as, None when it is none."""
    return next((kind for kind, magic in PACKED.items() if magic.match(head)), None)


def is_office(head: bytes) -> bool:
    """Tell whether a file begins as an office document or an e-book does, which are archives that are one file."""
    name = head[NAME : NAME + int.from_bytes(head[NAME_LENGTH], "little")]
    return packed_kind(head) == "zip" and OFFICE.fullmatch(name) is not None


def foreign_kind(head: bytes) -> str | None:
    """Return what a file is that can't be read here, and what to do instead; None when it isn't known to be such."""
    return next((what for magic, what in FOREIGN if magic.match(head)), None)
