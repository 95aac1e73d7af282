"""What parts of a search cost in libraries of many papers, beside what they are compared with."""
