"""JSON in what a model replied, wherever it stands: between words, in a fence, behind brackets that are none."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

MOST_BEGINNINGS = 50  # places where a reply may seem to begin with JSON
BEGINS = re.compile(r"[\[{]")


def json_values(text: str, fraction: Callable[[str], Any] = float) -> Iterator[Any]:
    """Yield each JSON object and list that stands in a text, outermost ones alone; never raises.

    `fraction` makes what is yielded of a number with a point, from how it is written.

    >>> list(json_values('So [see below]: {"claim": 1.10} and [2]', str))
    [{'claim': '1.10'}, [2]]
    """
    decoder, position = json.JSONDecoder(parse_float=fraction), 0
    for _ in range(MOST_BEGINNINGS):
        start = BEGINS.search(text, position)
        if start is None:
            return
        try:
            value, position = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            position = start.end()
        else:
            yield value
