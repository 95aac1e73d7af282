"""What a library offers notebooks: its papers as a DataFrame."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.export.frames import to_frame
from rag.records import Filters, Paper

if TYPE_CHECKING:
    import pandas as pd


class ForNotebooks(ABC):
    """The papers of a library as a table."""

    @abstractmethod
    def selected(self, filters: Filters = Filters()) -> Iterator[Paper]:
        """Yield every paper that passes the filters."""

    def to_frame(self, filters: Filters = Filters()) -> "pd.DataFrame":
        """Return the papers that pass the filters as a pandas DataFrame, a row each; `rag.to_frame` takes the rest.

        Raises ExportError where pandas isn't installed, QuestionError for filters that can't be used.
        """
        return to_frame(self.selected(filters), of=Paper)
