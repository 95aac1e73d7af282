"""What readers took out of the library lately, so that they can have it again."""

from collections import OrderedDict
from uuid import uuid4

from rag.errors import QuestionError
from rag.records import Removed

KEPT = 20  # the latest


class Taken:
    """What was taken out, each under a name that only who took it knows."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, list[Removed]] = OrderedDict()

    def keep(self, removed: list[Removed]) -> str:
        """Keep what was taken out; return its name."""
        name = uuid4().hex
        self.keep_as(name, removed)
        return name

    def keep_as(self, name: str, removed: list[Removed]) -> None:
        """Keep what was taken out under a name."""
        self._kept[name] = removed
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def pop(self, name: str) -> list[Removed]:
        """Return what was taken out under a name, once. Raises QuestionError when nobody knows it any more."""
        if name not in self._kept:
            msg = "This can't be undone any more. Add the papers' file again."
            raise QuestionError(msg)
        return self._kept.pop(name)
