"""Tables that a person writes into a setting: `NAME=VALUE, NAME=VALUE`."""

import math
import re
from collections.abc import Callable

from rag.utils.addresses import http_address


def price_table(text: str) -> dict[str, tuple[float, float]]:
    """Return prices by model, per million tokens read and written, of `MODEL=IN/OUT, MODEL=IN/OUT`.

    Raises ValueError for anything else.

    >>> price_table("gpt-4.1-mini=0.4/1.6, local=0/0")
    {'gpt-4.1-mini': (0.4, 1.6), 'local': (0.0, 0.0)}
    """
    table: dict[str, tuple[float, float]] = {}
    for entry in filter(str.strip, re.split(r"[,;\n]", text)):
        name, _, prices = (part.strip() for part in entry.partition("="))
        read, _, wrote = prices.partition("/")
        table[name] = float(read), float(wrote)
        if not name or not all(0 <= price < math.inf for price in table[name]):
            raise ValueError(entry)
    return table


def address_table(text: str) -> dict[str, str]:
    """Return addresses by name of `NAME=ADDRESS, NAME=ADDRESS`. Raises ValueError for anything else.

    >>> address_table("arxiv=http://127.0.0.1:8000/api, crossref=https://mirror.example.org")
    {'arxiv': 'http://127.0.0.1:8000/api', 'crossref': 'https://mirror.example.org'}
    """
    table: dict[str, str] = {}
    for entry in filter(str.strip, re.split(r"[,;\s]+", text)):
        name, _, address = entry.partition("=")
        table[name] = http_address(address) or ""
        if not name or not table[name]:
            raise ValueError(entry)
    return table


def checked_prices(value: str) -> str:
    """Return a table of prices as it is; raise ValueError for anything else."""
    return _checked(
        value, price_table, "gpt-4.1-mini=0.4/1.6, other=2/8 (a model's prices per million tokens read and written)"
    )


def checked_addresses(value: str) -> str:
    """Return a table of addresses as it is; raise ValueError for anything else."""
    return _checked(value, address_table, "arxiv=https://mirror.example.org/api, crossref=https://other.example.org")


def _checked(value: str, table: Callable[[str], object], example: str) -> str:
    try:
        table(value)
    except ValueError:
        msg = f"it must look like {example}"
        raise ValueError(msg) from None
    return value
