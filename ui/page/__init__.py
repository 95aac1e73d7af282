"""The Gradio page: plain functions and records here, gradio itself only in `app` and `serving`.

conversation   what was asked and answered, as the browser keeps it
markup         text of papers and models as safe HTML
transcript, evidence, shelf, chart   what each part of the page shows, as HTML or a figure
handlers       what happens when somebody does something
desk           the library that is served, and its answers under way
app            layout and wiring        serving   the web server
"""
