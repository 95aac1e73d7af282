"""Something that comes piece by piece, and how whoever follows it waits for more: the base of answers and tables."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

PATIENCE = 15.0  # seconds that who follows waits for something new: shorter than any proxy's
FAILED = "Something went wrong on the server; its log says what. Try again."


@dataclass
class Followed:
    """A task at work, and the event that wakes up whoever follows what comes of it."""

    changed: asyncio.Event = field(default_factory=asyncio.Event, kw_only=True)
    task: "asyncio.Task[None] | None" = field(default=None, kw_only=True)

    def tell(self) -> None:
        """Wake up whoever follows."""
        self.changed.set()
        self.changed = asyncio.Event()

    async def news(self, patience: float) -> bool:
        """Wait until there is something new; False when nothing came within `patience` seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.changed.wait(), patience)
            return True
        return False
