"""Files, archives and standard input as streams of bytes, lines and pieces."""
