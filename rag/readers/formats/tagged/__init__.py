"""One module a format of lines that begin with a tag; rag.readers.parsing.tagged_lines takes them apart."""
