"""What a library keeps: the catalog, which is the truth, and the index, which can be made again from it."""
