"""What a model wrote, read: its markers in whatever form, its tables and references, what of it claims something."""
