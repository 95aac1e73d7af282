"""Judges of claims and facts, and how well they tell carried claims from others."""
