"""What a search finds: papers that match, and papers of follow-ups."""
