"""Answers by language models: real ones, and recorded answers of a strong one's kind."""
