"""What the browser asks of the server, a module for each matter: `call` is the one door, carried by gradio.

asking      questions, the answers as they are written, ratings
keeping     conversations kept for the user who asks, where that is offered
files       conversations saved, opened, shared, exported
papers      the library's papers: found, listed, opened
adding      files brought in, papers taken out and put back
fetching    papers from open indexes, where that is offered
collecting  collections, tags and notes
comparing   papers in a table, column by column
shown       what stands around: the head, the map, the runs, references
"""

from ui.page.calls.base import Call, caller
from ui.page.calls.table import CALLS, WRITING

__all__ = ["CALLS", "WRITING", "Call", "caller"]
