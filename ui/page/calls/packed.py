"""Ids of papers in few letters, as static/js/packed.js writes them: thousands chosen go along with every question.

Sorted, each is told by its distance from the one before, in bytes of seven bits with the lowest first; a byte of 128
and more is followed by another. All of it as base64.
"""

from base64 import b64decode
from typing import Any

LONGEST = 200_000  # letters: more than the most papers that one call names can take


def unpacked(value: Any) -> Any:
    """Return the ids that a text packs, in order; whatever is no text stays. Raises ValueError for any other text.

    >>> unpacked("AQEB"), unpacked("rAIB"), unpacked([3, 1])
    ([1, 2, 3], [300, 301], [3, 1])
    """
    if not isinstance(value, str):
        return value
    if len(value) > LONGEST:
        msg = "too long"
        raise ValueError(msg)
    found, last, gap, bits = list[int](), 0, 0, 0
    for byte in b64decode(value, validate=True):
        gap |= (byte & 127) << bits
        bits += 7
        if byte < 128:
            last += gap
            found.append(last)
            gap = bits = 0
        elif bits > 63:
            msg = "no id"
            raise ValueError(msg)
    return found
