"""Formats in XML beside PubMed's and arXiv's: libraries' and programs' exports, and what repositories answer."""
