"""How fast a library is on this machine: beside bare costs, and at the size that somebody has in mind."""
