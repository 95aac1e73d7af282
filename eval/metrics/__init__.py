"""Scores of rankings and of answers, and their intervals."""
