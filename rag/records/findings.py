"""What a check of something found: whether a part of it is sound, and what mends it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: what, whether it is sound, and what to know or do."""

    what: str
    sound: bool
    detail: str
