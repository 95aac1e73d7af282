"""Texts of sources made fit to be stored: markup, LaTeX, characters."""
