"""All vectors looked through: the scan that a search sees, its file that is mapped into memory, and when it is made."""
