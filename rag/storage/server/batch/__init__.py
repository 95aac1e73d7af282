"""A batch of records worked out in memory, on the part of the catalog that it looks up, and written at once."""
