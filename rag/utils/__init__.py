"""What the standard library lacks, for any room: batches, arrays, threads, files."""
