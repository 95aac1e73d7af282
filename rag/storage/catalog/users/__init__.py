"""What the catalog keeps of its users: who changed what, and their conversations."""
