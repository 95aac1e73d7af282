"""A library as one file, and back.: made while others use it, checked when it is read."""

from rag.maintenance.backup.archive import Backup, Part
from rag.maintenance.backup.backup import back_up
from rag.maintenance.backup.restore import restore

__all__ = ["Backup", "Part", "back_up", "restore"]
