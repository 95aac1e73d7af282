"""Conversations: follow-ups made to stand alone, kept in a file, written as Markdown."""
