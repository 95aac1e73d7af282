"""Names for files that are exported: what the conversation is called, made safe on every system."""

import re
import unicodedata

from rag.export import Form

LONGEST = 80  # bytes of a whole name; some file systems, archives and mail programs cut longer ones
REFUSED = re.compile(r'[<>:"/\\|?*\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+')  # by Windows or in a path; halves of characters
# What no reader sees. Joiners (U+200C, U+200D) stay: Persian words and many emoji are written with them.
INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff]")
RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?= *(?:\.|$))", re.IGNORECASE)
ENDS = " .-_~'"  # what a name neither begins nor ends with: hidden files, options, what Windows drops


def export_name(title: str, form: Form | str, *, fallback: str = "conversation") -> str:
    """Return a file's name for a title, at most 80 bytes long: `What is late interaction.md`.

    `form` gives its ending, or is that itself: `.html`. Letters of every script stay; `fallback` is used when nothing
    of the title can.

    >>> export_name("What is TF/IDF?", Form.BIBTEX), export_name("../con", ".md"), export_name("?!.", ".md")
    ('What is TF IDF.bib', 'con_.md', '!.md')
    """
    suffix = form.suffix if isinstance(form, Form) else form
    name = INVISIBLE.sub("", unicodedata.normalize("NFC", title))
    name = _shortened(REFUSED.sub(" ", name).strip(ENDS), LONGEST - len(suffix.encode()) - 1)  # 1: for a `_`
    reserved = RESERVED.match(name)
    name = f"{reserved[1]}_{name[reserved.end() :]}" if reserved else name
    return f"{name or fallback}{suffix}"


def _shortened(name: str, most: int) -> str:
    """Return a name of at most so many bytes, cut between words where its last one isn't too long for that."""
    if len(name.encode()) <= most:
        return name
    cut = name.encode()[:most].decode("utf-8", "ignore")
    while cut and unicodedata.combining(name[len(cut)]):  # an accent stays with its letter
        cut = cut[:-1]
    words = cut.rpartition(" ")[0]
    ends_with_word = name[len(cut)] == " " or len(words) < len(cut) // 2
    return (cut if ends_with_word else words).strip(ENDS)
