"""From a DataFrame of papers to a DataFrame of answers, in cells as a notebook has them.

python examples/dataframe.py
"""

# %% Papers, as a query of yours gives them
import pandas as pd

papers = pd.DataFrame(
    {
        "id": ["tides", "dunes"],
        "title": ["Tides in narrow straits", "How dunes wander"],
        "abstract": [
            "We measure tides in three narrow straits. The current turns 40 minutes before high water.",
            "Dunes of the western desert were filmed for nine years. They wander 12 metres a year, small ones faster.",
        ],
        "year": [2021, 2019],
    }
)

# %% Into a library: rows are read as files are, and running the cell again changes nothing
import rag

library = rag.Library.open("frame.library")
print(library.ingest(papers, name="my query"))

# %% Many questions, one row each
questions = ["How far do dunes wander in a year?", "When does the current turn in a strait?", "How deep is the ocean?"]
answers = [library.ask(question) for question in questions]
table = pd.DataFrame(
    {
        "question": questions,
        "outcome": [str(answer.outcome) for answer in answers],
        "answer": [answer.text if answer.answered else "" for answer in answers],
        "support": [answer.support if answer.answered else None for answer in answers],
        "cited": [", ".join(citation.paper.key or "" for citation in answer.citations) for answer in answers],
    }
)
print(table.to_string())

# %% Every claim with what it rests on
claims = rag.to_frame(answers)
print(claims[["question", "claim", "standing", "key", "quote"]].to_string())

# %% The papers of the library, with what it made of them
print(library.to_frame()[["key", "title", "year", "sources"]].to_string())

# %% An answer shows itself: in a notebook with its quotes, in a plain session as text
print(answers[0])
library.close()
