"""Endpoints that speak OpenAI's protocol: how they are reached, what they say, what their failures mean.

addresses    an address as people write it, and as it is asked
routes       which proxy and which certificates the environment names for it
said         a server's own words, in whatever form they came
secrets      a key struck out of them
refusals     what in them says that a request should be made another way
reaching     why a server wasn't reached
listing      which of the models that one lists answers questions
sse          what it streams, event by event
meanings     what a reply that is none means, and what to do next
"""
