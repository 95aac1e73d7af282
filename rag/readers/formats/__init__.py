"""One module a format: what a file of it begins with, and the records in it."""
