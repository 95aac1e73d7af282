"""The forms in which models write markers and whole replies, each brought to the one that is read."""
