"""The vectors of libraries of any size."""
