"""Question sets, labelled claims and benchmarks as records."""
