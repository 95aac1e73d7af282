"""Runs of a question set over a library: made, kept, compared, held to thresholds."""
