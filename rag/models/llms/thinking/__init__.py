"""What a model thought, told apart from what it says: the marks of thinking (grammar), and a filter for a stream."""
