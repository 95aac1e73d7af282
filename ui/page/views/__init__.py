"""What the page shows, as HTML: plain functions, all text of papers and models escaped."""
