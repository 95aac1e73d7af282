"""Streams cut into entries, elements, values and columns, before anybody knows what they mean."""
