"""Models behind Protocols, a room a kind: embedders turn text into vectors, LLMs write, checkers tell what holds."""
