"""The open indexes, one module each: what it holds, how it wants to be asked, and a page of what is wanted of it.

A new index is one new module here, with `ABOUT` and `page(wanted, client, after)`, and one more entry in
`rag/fetching/known.py`.
"""
