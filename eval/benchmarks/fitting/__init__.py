"""Fits of the constants that are weighed from data: each prints old and new constants, and the scores on every set."""
