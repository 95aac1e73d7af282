"""Reports of runs: as Markdown, and as one HTML page that asks nobody for anything."""

from eval.reports.html import to_html
from eval.reports.markdown import comparison_markdown, to_markdown

__all__ = ["comparison_markdown", "to_html", "to_markdown"]
