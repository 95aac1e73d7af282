"""A library on servers: PostgreSQL holds the papers, their vectors and token states, a Chroma server finds the nearest."""
