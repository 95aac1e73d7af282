"""A library on servers: PostgreSQL holds papers, vectors and token states, a Chroma server finds the nearest."""
