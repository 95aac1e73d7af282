"""A library of made-up papers, as large as wanted, made and asked as a real one is; each cost beside its limit."""
