"""What a library in a folder needs of files: one writer, a copy where nothing can be written, SQLite's errors told."""
