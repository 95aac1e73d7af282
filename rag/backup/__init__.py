"""A library as one file, and back. Knows nothing of how vectors are made."""

from rag.backup.archive import Backup, Part
from rag.backup.making import back_up
from rag.backup.restoring import restore

__all__ = ["Backup", "Part", "back_up", "restore"]
