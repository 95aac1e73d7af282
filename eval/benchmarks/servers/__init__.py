"""A library on servers beside one in a folder: what it finds, how fast, and what kills leave of it."""
