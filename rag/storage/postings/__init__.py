"""Full text as postings: for each stem the papers that hold it, in blocks that NumPy scores by BM25."""
