"""How good the cells of a compared table are without a language model."""
