"""Conversations that leave the page: as a file to open again, as a page by itself, under a name of their own."""
