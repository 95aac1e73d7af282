"""Which encoding lines are in that aren't UTF-8: what the file says of itself, else what their letters tell, else none.

Text read in a wrong encoding is worse than none: it is stored, searched and quoted. So a guess counts only where every
word of it is one that people write: letters of one alphabet, of one language where that is Latin, small ones after a
capital, and of Chinese, Japanese and Korean the frequent ones.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

DECLARED = re.compile(
    rb"^[%\s]{0,9}(?:Encoding: ?|!TeX encoding ?= ?|Saved with string encoding )([^\r\n]{2,60}?)[ \t]*\r?$"
    rb"|-\*-[^\r\n]{0,60}?coding: ?([\w.-]{2,30})|x-kbibtex-encoding=([\w.-]{2,30})|charset=\"?([\w.-]{2,30})",
    re.MULTILINE | re.IGNORECASE,
)
HEAD = 4_000  # bytes in which a file says so
NAMED = {  # as BibDesk calls them
    "western (iso latin 1)": "cp1252", "western (windows latin 1)": "cp1252", "western (mac os roman)": "mac_roman",
    "central european (iso latin 2)": "iso8859-2", "central european (windows latin 2)": "cp1250",
    "cyrillic (windows)": "cp1251", "cyrillic (koi8-r)": "koi8-r", "greek (windows)": "cp1253",
    "simplified chinese (gb 18030)": "gb18030", "traditional chinese (big 5)": "big5",
    "japanese (shift jis)": "cp932", "japanese (euc)": "euc_jp", "korean (euc)": "cp949",
}  # fmt: skip
WIDER = {  # of which the other is a part, and programs that name it mean these
    "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949",
    "iso8859-9": "cp1254",
}  # fmt: skip
BELIEVED = re.compile(r"cp\d+|iso8859-\d+|koi8-\w|mac-\w+|gb\w+|big5\w*|euc_\w+|shift_\w+")
SHOWN = re.compile(r"cp(125\d)")

LATIN = {  # letters of languages that are written in these
    "cp1252": "äöüß àâæçéèêëîïôœùûüÿ áéíóúüñ áâãàçéêíóôõú àèéìíîòóùú àçéèíïóòú æøåéóö åäöéü áðéíóúýþæö éëïóöüèê "
    "äöüõšž áéíóöúüšý",
    "cp1250": "ąćęłńóśźż áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž áéíóöőúüű ăâîşţ čćđšž äöüß áéíóúčšž",
    "cp1254": "çğıöşüâîû",
}  # fmt: skip
LATIN["iso8859-2"] = LATIN["cp1250"]
LATIN["mac_roman"] = LATIN["cp1252"]
# What Windows-1252 makes of other encodings, and no language has: signs within words, letters in wrong places.
NO_WESTERN = re.compile(
    r"[^\W\d_][±¼¾¿³¹£¥ª»][^\W\d_]|[^\W\d_][¿¡¼¾]|±(?=[^\W\d_])|¶|£[a-z]{2}|ì(?=[^\W\d_])"
    r"|[èÈ][aeiouyáéíóú]|È(?=[^\W\d_])|õ(?!e)|ñ(?![aeiouáéíóúü])"
    r"|æ\b|[Ðð](?=[^\W\d_]{0,9}[^\W\d_áðéíóúýþæö\x00-\x7f])|[\x80-\x9f]"
)
ALPHABETS = {
    "CYRILLIC": ("cp1251", "koi8-r", "iso8859-5", "cp866"),
    "GREEK": ("cp1253", "iso8859-7"),
}
FREQUENT = {  # encoding in which frequent characters have these first bytes
    "gb18030": (("gb2312", 0xB0, 0xD7),),
    "big5": (("big5", 0xA4, 0xC6),),
    "cp932": (("shift_jis", 0x82, 0x83), ("shift_jis", 0x88, 0x97)),
    "euc_jp": (("euc_jp", 0xA4, 0xA5), ("euc_jp", 0xB0, 0xCF)),
    "cp949": (("euc_kr", 0xB0, 0xC8),),
}
WELL = 0.9  # share of the words, or characters, that must be such
MIXED = re.compile(r"[A-Za-z][\u3400-\u9fff\uac00-\ud7a3]")  # where each is two accented letters of Latin
FEWEST = 6  # of them in languages without an alphabet
MOST = 20_000  # bytes that are looked at
MIXED = re.compile(r"[A-Za-z][\u3400-\u9fff\uac00-\ud7a3]")  # where each is two accented letters of Latin
USUAL = {"CYRILLIC": frozenset("оеаинтсрвлкмдпуі"), "GREEK": frozenset("αοιετνσηρπκςάίόέήύυμλω")}
USUAL_SHARE = 0.65  # of the letters that these are, at least
# What Japanese and Korean are full of, and Chinese has none of.
TELLING = {
    "euc_jp": re.compile("[\u3041-\u30fe]"),
    "cp932": re.compile("[\u3041-\u30fe]"),
    "cp949": re.compile("[이다는을의에가로은하고한지도사기대를리서인어시정자과된여해수]"),
}
LEAST_TELLING = 0.15  # share of the characters
# What Windows-1252 has no meaning for, hardly ever has, or is a piece of damaged UTF-8.
NO_WINDOWS = re.compile(rb"[\x81\x8d\x8f\x90\x9d\xfe\xff]|[\xc2-\xf4][\x80-\xbf]")
SIGNS = "°±×©®№™"  # noqa: RUF001  (that stand in texts)
WITHIN = re.compile(r"(?<=[^\W\d_])[^\w\s\x00-\x7f\u2010-\u201f\xb7\xad](?=[^\W\d_])")
CENTRAL = ("cp1250", "iso8859-2")
READABLE = ("cp1252", *CENTRAL, "cp1254", *ALPHABETS["CYRILLIC"], *ALPHABETS["GREEK"], *FREQUENT)
WORD = re.compile(r"[^\W\d_]+")


def declared(head: bytes) -> str | None:
    """Return the encoding that a file says it has, as Python calls it; None for none, and for UTF-8."""
    for found in DECLARED.finditer(head[:HEAD]):
        name = next(filter(None, found.groups())).decode("ascii", "replace").strip()
        try:
            codec = codecs.lookup(NAMED.get(name.lower(), name)).name
        except (LookupError, ValueError):
            continue
        return WIDER.get(codec, codec) if BELIEVED.fullmatch(codec) else None
    return None


def told(lines: Iterable[bytes], *, mac: bool = False) -> str | None:
    """Return the encoding that lines which aren't all UTF-8 are surely in; None when it can't be told.

    `mac` says that they end as those of older Macs, whose letters count first then.
    """
    raw = b"\n".join(line for line in lines if not line.isascii())[:MOST]
    if mac and (faults := _faults(raw, "mac_roman")) is not None and faults <= (_faults(raw, "cp1252") or 0):
        return "mac_roman"
    found = {encoding: faults for encoding in READABLE if (faults := _faults(raw, encoding)) is not None}
    for encoding in TELLING:  # others take their bytes for rare characters, they don't take those of others
        if encoding in found:
            return encoding
    if "cp1252" in found:  # by far the most usual; but where only many languages explain it, and one the other, beware
        doubted = not _is_of_one(raw, "cp1252") and any(_is_of_one(raw, one) for one in CENTRAL if one in found)
        return None if doubted else "cp1252"
    best = [encoding for encoding, faults in found.items() if faults == min(found.values())]
    return best[0] if len({_decoded(raw, encoding) for encoding in best}) == 1 else None


def shown(encoding: str) -> str:
    """Return the name of an encoding as people know it."""
    return SHOWN.sub(r"Windows-\1", encoding) if SHOWN.fullmatch(encoding) else encoding.upper().replace("_", "-")


def _faults(raw: bytes, encoding: str) -> int | None:
    """Return how many words or signs of these bytes no one writes, in this encoding; None for too many."""
    text = _decoded(raw, encoding)
    if text is None:
        return None
    if encoding in FREQUENT:
        return 0 if _is_in_frequent(text, encoding) else None
    words = _odd_words(text)
    if encoding in LATIN:
        bad = sum(not any(_letters(word) <= alphabet for alphabet in _alphabets(encoding)) for word in words)
    else:
        script = next(script for script, encodings in ALPHABETS.items() if encoding in encodings)
        letters = "".join(words).lower()
        if len(letters) < FEWEST or sum(map(USUAL[script].__contains__, letters)) < USUAL_SHARE * len(letters):
            return None
        bad = sum(not _is_regular(word, script) for word in words)
    if encoding == "cp1252":
        bad += len(NO_WESTERN.findall(text)) + len(words) * (NO_WINDOWS.search(raw) is not None)
    else:
        bad += sum(map(_is_sign, text)) + len(WITHIN.findall(text))
    return bad if bad <= (1 - WELL) * len(words) and (words or encoding == "cp1252") else None


def _is_of_one(raw: bytes, encoding: str) -> bool:
    """Tell whether one language has all the letters of these bytes, of two words at least, in this encoding."""
    words = _odd_words(_decoded(raw, encoding) or "")
    letters = frozenset[str]().union(*map(_letters, words))
    return len(words) > 1 and any(letters <= alphabet for alphabet in _alphabets(encoding))


def _odd_words(text: str) -> list[str]:
    return [word for word in WORD.findall(text) if not word.isascii()]


def _letters(word: str) -> frozenset[str]:
    return frozenset(letter for letter in word.lower() if not letter.isascii())


@lru_cache(maxsize=10)
def _alphabets(encoding: str) -> tuple[frozenset[str], ...]:
    return tuple(map(frozenset, LATIN[encoding].split()))


def _is_in_frequent(text: str, encoding: str) -> bool:
    """Tell whether a text has enough characters without an alphabet, frequent ones, and not within Latin words."""
    characters = [character for character in text if unicodedata.category(character) == "Lo"]
    frequent = sum(_is_frequent(character, encoding) for character in characters)
    if (
        frequent < FEWEST
        or frequent < WELL * len(characters)
        or len(MIXED.findall(text)) > (1 - WELL) * len(characters)
    ):
        return False
    telling = TELLING.get(encoding)
    return telling is None or len(telling.findall(text)) >= LEAST_TELLING * len(characters)


@lru_cache(maxsize=4)
def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_frequent(character: str, encoding: str) -> bool:
    for codec, least, most in FREQUENT[encoding]:
        try:
            if least <= character.encode(codec)[0] <= most:
                return True
        except UnicodeEncodeError:
            continue
    return False


def _is_sign(character: str) -> bool:
    """Tell whether a character is hardly ever in a text: a control, an accent by itself, an odd sign."""
    return not character.isascii() and (
        unicodedata.category(character) in {"Cc", "Sk", "So", "Sm"} and character not in SIGNS
    )


def _is_regular(word: str, script: str) -> bool:
    """Tell whether a word is of one script, with capitals at its beginning only, or throughout."""
    of_script = all(unicodedata.name(letter, "").startswith(script) for letter in word)
    return of_script and (word[1:].islower() or word.isupper() or len(word) == 1)
