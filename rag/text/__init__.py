"""Text as every room reads it: words and stems, sentences, titles, names of authors."""
