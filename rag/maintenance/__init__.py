"""A library checked, described, rebuilt, backed up and rescued."""
