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

# %% Into a library: a file of JSON Lines is a table that ingest reads
from rag import Library

papers.to_json("papers.jsonl", orient="records", lines=True)
library = Library.open("frame.library")
print(library.ingest("papers.jsonl"))

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
claims = pd.DataFrame(
    [
        {"question": answer.question, "claim": claim.text, "paper": citation.paper.key, "quote": citation.quote}
        for answer in answers
        for claim in answer.claims
        for citation in claim.citations
    ]
)
print(claims.to_string())
library.close()
