"""The authors of a paper, each by name, from whatever a source gives."""
