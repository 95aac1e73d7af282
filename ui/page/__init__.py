"""The page in the browser: Gradio holds layout and wiring, everything else is plain functions.

conversation        what was asked and answered, as the browser keeps it
views/              what each part of the page shows, as HTML or a figure
handlers, library_handlers    what happens when somebody does something
server_state        the library that is served, and its answers under way
serving             where and for whom it is served
app, wiring         layout, and which handler answers which event
endpoints, mcp_tools, server  what programs and agents may ask, and the web server
"""
