"""Suites of tests for whoever writes a part of their own: what every implementation of a Protocol keeps to."""
