"""Papers as files for other programs: LaTeX, Zotero, another library, a notebook.

One module a format, each a function from records to text; nothing here reads or writes files. Only what a record
holds is written: no venue, no month, no author is guessed. Every text is data, escaped so that it reads the same in
the program it is made for, and the same papers always give the same text.
"""

from rag.export.forms import Form, export

__all__ = ["Form", "export"]
