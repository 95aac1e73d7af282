"""What is sent to an index, and what goes wrong in a way that passes."""

from collections.abc import Mapping
from typing import NamedTuple

LOGIN = "Open a web page in a browser: the network may want a login first. Else try again later."


class Request(NamedTuple):
    """What is sent: the address with its parameters, headers, a body (None: GET), and the key that is in it."""

    address: str
    headers: Mapping[str, str]
    body: bytes | None = None
    key: str = ""


class PassingError(Exception):
    """What went wrong and may go well a moment later; `wait` is the pause that the index asks for, in seconds.

    `connected`: there was a connection, so that a way to the index is known to be.
    """

    def __init__(
        self, happened: str, wait: float | None = None, status: int = 0, advice: str = "", *, connected: bool = True
    ) -> None:
        self.happened, self.wait, self.status, self.connected = happened, wait, status, connected
        self.advice = advice or "Try again later: what came before is kept for a day."
        super().__init__(happened)
