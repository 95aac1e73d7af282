r"""Text as a source gives it to the text that is stored, shown and cited. Offsets refer to what comes out of here.

What comes out is one line of Unicode (NFC): no tags, entities, control characters, soft hyphens or ligatures. LaTeX
stays as it is, and so does whatever only looks like a tag: `p < 0.05 and n > 3`, `<k, v>`. Clean text stays the same.
"""

import html
import re
import unicodedata
from functools import lru_cache

from rag.readers.cleaning.markup import without_tags

LONGEST = 200_000  # characters; a longer text is no abstract, and only loses what would break a line
ROUNDS = 8  # of mending, each of which may bring to light what the next one mends (`&amp;lt;i&amp;gt;`)

TAG = re.compile(r"<[/!a-zA-Z]|\]\]>")
AMPERSANDS = re.compile(r"&(?:(?:amp|#0*38|#[xX]0*26);)+")
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
ASCII = bytes(range(128))
# A letter that begins a character of UTF-8, read one byte at a time, and what the next byte may have become.
MISREAD = re.compile(
    "[\xc2-\xf4ĂĎÄĐвГ\u0402-\u045f√]"
    "[\x80-\xbfŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™\u0402-\u0491©]"  # noqa: RUF001
    "|[\x80-\x84\x86-\x9f]"  # controls, which Windows-1252 has signs in the place of
)
SOFT_HYPHEN = re.compile("\xad\\s*")  # where a word was parted at the end of a line
JOINER = re.compile("(?<![\u0590-\U0010ffff])[\u200c\u200d]|[\u200c\u200d](?![\u0590-\U0010ffff])")
LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
LIGATURE = re.compile("[ﬀ-ﬆ]")


def clean(text: str) -> str:
    """Return a text on one line, mended as this module says.

    >>> clean("<p>An e&#64;cient  <i>&amp;lt;k, v&amp;gt;</i> store for H<sub>2</sub>O; p < 0.05, n > 3</p>")
    'An e@cient <k, v> store for H2O; p < 0.05, n > 3'
    """
    if len(text) > LONGEST or _is_plain(text):
        if text.isprintable() and "  " not in text:
            return text.strip(" ")
        line = " ".join(text.split())
        if line.isprintable() or len(text) > LONGEST:
            return "".join(filter(str.isprintable, line))
    for _ in range(ROUNDS):
        mended = _mended(text)
        if mended == text:
            return text
        text = mended
    # No source writes so: what hides a tag in tags loses the signs that make them.
    return _mended(text.translate({ord("<"): " ", ord("&"): " "}))


def without_controls(text: str) -> str:
    """Return a text without its control characters, otherwise as it is."""
    return "".join(c for c in text if c == "\t" or unicodedata.category(c) != "Cc")


def _is_plain(text: str) -> bool:
    """Tell, in microseconds, whether a text needs no mending but perhaps of its white space."""
    return (
        ("<" not in text or not TAG.search(text))
        and ("&" not in text or not ENTITY.search(text))
        and (text.isascii() or _are_plain(text.encode("utf-8", "surrogatepass").translate(None, ASCII)))
    )


@lru_cache(maxsize=10_000)
def _are_plain(encoded: bytes) -> bool:
    """Tell whether the characters beyond ASCII of a text are fine, whatever stands between them."""
    characters = encoded.decode("utf-8", "surrogatepass")
    return not any(map(unicodedata.combining, characters)) and _plain_unicode(characters) == characters


def _mended(text: str) -> str:
    """Return a text with each thing mended once."""
    if "&" in text:
        text = ENTITY.sub(lambda entity: html.unescape(entity[0]), AMPERSANDS.sub("&", text))
    if "<" in text or "]]>" in text:
        text = without_tags(text)
    if not text.isascii():
        text = _plain_unicode(text)
    line = " ".join(text.split())
    return line if line.isprintable() else " ".join("".join(filter(_is_shown, line)).split())


def _plain_unicode(text: str) -> str:
    if MISREAD.search(text):
        text = _without_mojibake(text)
    if "\xad" in text:
        text = SOFT_HYPHEN.sub("", text)
    if LIGATURE.search(text):
        text = text.translate(LIGATURES)
    if "\u200c" in text or "\u200d" in text:
        text = JOINER.sub("", text)
    return unicodedata.normalize("NFC", text)


def _without_mojibake(text: str) -> str:
    """Return a text with UTF-8 that was read one byte at a time read aright, where it can have been nothing else."""
    import ftfy

    # The options that are off restore what was lost, by guessing.
    return ftfy.fix_encoding(text, restore_byte_a0=False, replace_lossy_sequences=False)


def _is_shown(character: str) -> bool:
    return character.isprintable() or character in "\u200c\u200d"
