"""What the commands print: papers, answers, reports; and how far a long work is."""
