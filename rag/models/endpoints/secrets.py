"""A key struck out of what a server says, also where the server itself has hidden a part of it."""

import re

STRUCK = "…"
LONG = 8  # letters from which a key is struck out wherever it stands; a shorter one may be a word, as `none` is
NAMED = r"(?i:\b(?:key|token|bearer|secret)\b)"  # what stands before a short key that is meant as one
SHOWN = 3  # letters of a key that servers show at least beside the mask
MASK = r"(?:\*{2,}|\.{3,}|…+|•{2,}|[xX]{4,})"  # what servers put in place of a key's middle
# Keys of any account: by the letters they begin with, behind the word that names them, or with their middle hidden.
KEYS = re.compile(
    r"\b(?:sk|pk|gsk|xai|nvapi|key|r8|hf|pplx|csk|fw|tgp)[-_](?=[\w.-]*[\d*…•]|[\w.-]{16})[\w*.…•-]{3,}[\w*…•]"
    r"|\bAIza[\w*.…•-]{8,}"
    r"|\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]+)?"
    r"|(?<=[?&])(?:[\w-]*key|[\w-]*token|code|sig|signature|secret)=[^&\s\"'<>]+"
    r"|(?<![\w-])[\w-]*(?:key|token|secret|password)=(?=[^&\s\"'<>]{8})[^&\s\"'<>]+"
    r"|(?<![\w*])[\w-]*\*{3,}[\w*-]*"
    r"|\b(?:Bearer|Basic)\s+(?=[^\s,;]*[\d*._=-])[^\s,;\"']{6,}",
    re.IGNORECASE,
)


def struck_out(text: str, key: str) -> str:
    """Return a text without a key, whole or partly hidden, and without whatever else looks like one.

    >>> struck_out("Incorrect API key provided: sk-ab**********yz. Bye.", "sk-abcdefghijklmnopqrstuvwxyz")
    'Incorrect API key provided: …. Bye.'
    >>> struck_out("a wrong key: a", "a")
    'a wrong key: …'
    """
    if len(key) >= LONG:
        start, end = re.escape(key[:SHOWN]), re.escape(key[-SHOWN:])
        hidden = rf"(?<!\w){start}[\w-]*{MASK}[\w-]*|{MASK}[\w-]*{end}(?!\w)"
        text = re.sub(rf"{_written(key)}|{hidden}", STRUCK, text)
    elif key:
        text = re.sub(
            rf"({NAMED}[\"']?\s*(?:[:=]|is|provided:?|was)?\s*[\"'`]?){re.escape(key)}(?!\w)", rf"\1{STRUCK}", text
        )
    return KEYS.sub(STRUCK, text)


def _written(key: str) -> str:
    """Return the pattern of a key as it is or as it stands in an address, some of its letters as `%2B`."""
    return "".join(f"(?:{re.escape(letter)}|(?i:%(?:25)*{ord(letter):02x}))" for letter in key)
