"""What goes on whoever watches: answers, tables, uploads, the map; and what was taken out and can be put back."""
