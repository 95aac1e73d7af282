"""What measures of the page share.

browser         a page in Chromium, and `askpapers chat` in a process
wire            bytes of an answer, and its time on a slow line
sessions        many readers at once
model           a language model that writes slowly, and says to whose question
tries           a reader, questions with tags, and what is judged of them
mixing          steps in which one answer, conversation or tab might come into another's
interruptions   steps in which the page is left, the server ends, or a question gets no answer
"""
