"""One search exported from five databases: made-up works, and each database's own way to write them."""
