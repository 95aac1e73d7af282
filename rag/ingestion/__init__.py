"""Papers in: found, read, merged, chunked, embedded, stored."""
