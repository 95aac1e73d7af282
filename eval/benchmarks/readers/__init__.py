"""Readers measured: their speed, their memory over a million papers, damaged files by the thousand."""
