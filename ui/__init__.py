"""The faces of Askpapers: the command line (ui.cli) and the page in the browser (ui.page)."""
