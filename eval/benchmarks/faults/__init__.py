"""Kills, full disks, flipped bits, two writers: what is tried, what survives, what is lost."""
