"""An endpoint's address as people write it, and as it is asked.

People copy the whole address of a request, or one that ends in a query, as Azure's do; a client wants what comes
before the name of the request, and the query apart.
"""

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit, urlunsplit

NO_ENDPOINT = "OPENAI_API_KEY is not set. Set it, or name another server with OPENAI_BASE_URL."
REQUESTS = re.compile(r"/+(?:chat/completions|completions|responses|embeddings|models)/*$")


class Endpoint(NamedTuple):
    """Where requests go: the address before their names, and the query that each of them gets."""

    base: str
    query: dict[str, str]


def endpoint_of(address: str) -> Endpoint:
    """Return an address taken apart; the name of a request at its end is left out.

    >>> endpoint_of("http://host/openai/deployments/tiny/chat/completions?api-version=2024-10-21")
    Endpoint(base='http://host/openai/deployments/tiny', query={'api-version': '2024-10-21'})
    """
    parts = urlsplit(address)
    path = REQUESTS.sub("", parts.path)
    return Endpoint(urlunsplit((parts.scheme, parts.netloc, path, "", "")), dict(parse_qsl(parts.query)))
