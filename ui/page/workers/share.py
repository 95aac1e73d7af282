"""What a process of several has to know of the others: which it is, and the private folder that they share."""

import secrets
import socket
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Share:
    """The place of one process among several. `folder` is private to whoever runs them; `secret` is what they trust."""

    folder: Path
    place: int  # from 0
    places: int
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def door(self, place: int) -> Path:
        """Return the socket by which the others reach a process."""
        return self.folder / f"{place}.sock"

    @property
    def logins(self) -> Path:
        """The folder of the logins."""
        return self.folder / "logins"

    @property
    def metrics(self) -> Path:
        """The folder in which they count together."""
        return self.folder / "metrics"

    def listen(self) -> socket.socket:
        """Return the socket by which the others reach this process, in the place of one of who died here."""
        door = self.door(self.place)
        door.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(door))
        return listener
