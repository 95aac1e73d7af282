"""From papers found to an answer: quoted sentences, or a language model's text."""
