"""An index lent to many at the same time, replaced whenever it has to be: nobody waits for a search of somebody else.

Whoever has the one before goes on with it; it is closed when the last of them gives it back.
"""

import threading
from collections import Counter

from rag.storage.index.index import FolderIndex


class LentIndex:
    """One index, and who has it. Every call is made under the lock `changing` of its lender."""

    def __init__(self, index: FolderIndex, changing: threading.Condition) -> None:
        """Be ready to lend `index`."""
        self.index = index
        self._changing = changing
        self._users: Counter[int] = Counter()  # by thread
        self._retired = False

    def take(self) -> FolderIndex:
        """Lend it to this thread, once more."""
        self._users[threading.get_ident()] += 1
        return self.index

    def give_back(self) -> None:
        """Take it back from this thread; the last one closes it where another took its place."""
        self._users -= Counter([threading.get_ident()])
        if self._retired and not self._users:
            self.index.close()
        self._changing.notify_all()

    def retire(self) -> None:
        """Lend it no more: it is closed when nobody has it, its Chroma at once, which is open only once a process."""
        self._retired = True
        self.index.let_go()
        if not self._users:
            self.index.close()

    def wait(self) -> None:
        """Wait until no other thread has it."""
        self._changing.wait_for(lambda: set(self._users) <= {threading.get_ident()})
