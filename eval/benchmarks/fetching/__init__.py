"""Indexes of papers on this machine, each answering in its documented form, and how quickly they are fetched from."""
