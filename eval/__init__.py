"""Measure the project on question sets and benchmarks. Results with their commands: eval/RESULTS.md."""
