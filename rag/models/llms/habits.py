"""What was learned of a model while it replied: whether it thinks first, and whether it says where that begins.

Kept for a model as long as it lives, in this process; nothing is written anywhere.
"""

import threading
import weakref
from dataclasses import dataclass


@dataclass(slots=True)
class Habit:
    """What a model does: it `thinks` before it writes, so that it needs room; `unopened`: and begins without a mark."""

    thinks: bool = False
    unopened: bool = False


_KNOWN: "weakref.WeakKeyDictionary[object, Habit]" = weakref.WeakKeyDictionary()
_LOCK = threading.Lock()


def habit_of(model: object) -> Habit:
    """Return what is known of a model, to read and to change; a model that can't be told from others has no habit."""
    try:
        with _LOCK:
            return _KNOWN.setdefault(model, Habit())
    except TypeError:  # unhashable, or without weak references: somebody's own
        return Habit()
