"""Papers compared in a table: what each abstract says to each column, as quotes or in a language model's words."""
