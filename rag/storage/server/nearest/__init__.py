"""The nearest papers by their vectors: Chroma asked for them, kept as PostgreSQL is, done without while it is away."""
