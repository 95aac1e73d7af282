"""What stands around an abstract, or in its place: publishers' texts, lists of keywords, placeholders."""
