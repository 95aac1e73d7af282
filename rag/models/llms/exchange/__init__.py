"""One question to an endpoint and its reply.

forms        how a request is made, and how when it was refused
incoming     its reply as it comes in, piece by piece
chunks       what a piece holds
reading      the pieces so far
asking       all of it in turn, and what was learned of the endpoint
"""
