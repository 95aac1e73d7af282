"""Addresses as people write them: cleaned, and told without what is secret in them."""

import re
from urllib.parse import urlsplit

QUOTES = "\"'`\u201c\u201d\u2018\u2019"
INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"  # a byte order mark and spaces of no width, copied along


def unwrapped(value: str) -> str:
    r"""Return a value without the white space, invisible letters and quotes around it.

    >>> unwrapped(' "http://127.0.0.1:8080/v1"\n')
    'http://127.0.0.1:8080/v1'
    """
    before = None
    while before != value:
        before = value
        value = value.strip().strip(INVISIBLE)
        if len(value) > 1 and value[0] in QUOTES and value[-1] in QUOTES:
            value = value[1:-1]
    return value


def bare_address(address: str) -> str:
    """Return an address without what may be secret in it: name and password, and what stands behind a `?`.

    >>> bare_address("https://me:secret@host/v1?key=secret")
    'https://host/v1'
    """
    return re.sub(r"(?<=//)[^/?#]*@", "", re.split(r"[?#]", address, maxsplit=1)[0])


def http_address(value: str) -> str | None:
    """Return an http address without what was copied along around it, None for none; raise ValueError for others."""
    value = unwrapped(value)
    if not value:
        return None
    example = "it must look like http://127.0.0.1:8080/v1"
    try:
        parts = urlsplit(value)
        usable = parts.scheme.lower() in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # a port that is none, or half of a bracket
        usable = False
    if not usable and "//" not in value:
        msg = f"{example}, with http:// or https:// in front"
        raise ValueError(msg)
    if not usable or parts.path.startswith("//") or not all(letter.isprintable() and letter != " " for letter in value):
        raise ValueError(example)
    return value
