"""The index: vectors and token embeddings, derived from the papers and disposable."""
