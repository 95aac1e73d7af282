"""Many who write at the same time: batches of records worked out in memory, papers to embed claimed by leases."""
