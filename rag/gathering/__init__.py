"""Papers brought into a library from open indexes, queries kept for that, and what indexes know of papers."""
