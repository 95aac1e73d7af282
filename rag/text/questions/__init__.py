"""What a question is, told by its form: its language, what it asks for, how a mistyped one is read."""
