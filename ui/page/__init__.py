"""The page in the browser: Gradio holds the layout, the browser the conversations, the server answers calls.

app                 where things stand: Gradio's sidebar, tabs and HTML parts
static/js, static/css   what happens in the browser: a module for each part of the page
calls/              what the browser asks of the server, a module for each matter
jobs/               what goes on whoever watches: answers, tables, uploads, the map
desk                all that the calls work with
sharing/            conversations as files and as pages for others
views/              what each thing looks like, as HTML or a figure
kept                what a browser kept, read again
server_state        the library that is served
serving, server, assets   where and for whom it is served, and the web server
endpoints, mcp_tools      what programs and agents may ask
"""
