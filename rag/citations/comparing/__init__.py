"""A claim beside what it cites, word by word: quantities, names, directions, negations; quoted, missing, different."""
