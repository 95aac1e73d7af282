"""Constants fitted again from the shared papers and questions: each module prints old, new, and their scores."""
