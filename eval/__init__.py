"""Evaluate a library and the project itself. Results with their commands: eval/RESULTS.md."""
