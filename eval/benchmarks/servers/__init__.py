"""What a library on servers costs and withstands: real PostgreSQL and Chroma on this machine, beside a folder."""
