"""The library as a part of other frameworks, a folder a framework."""
