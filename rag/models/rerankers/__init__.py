"""Models that score papers against a question; one Protocol (base). Without one, late interaction does it."""
