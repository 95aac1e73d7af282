"""Ask from Python: bring papers in, ask, read the answer's parts, follow up.

python examples/ask.py             # over the sample papers
python examples/ask.py my-papers/  # over yours
"""

import sys

from rag import Filters, Library, Outcome, Turn
from rag.samples import PATH

with Library.open("example.library") as library:  # made when absent
    report = library.ingest(sys.argv[1:] or [PATH])  # a second time it changes nothing
    print(f"{len(library)} papers, {report.rejections} records rejected\n")

    answer = library.ask("What is late interaction?")
    for claim in answer.claims:
        print(f"{claim.support:.2f}  {claim.text}")
        for citation in claim.citations:
            print(f"      [{citation.number}] {citation.paper.title}, characters {citation.start} to {citation.end}")

    follow_up = library.ask("How large is its index?", history=[Turn(answer.question, answer)])
    print(f"\nsearched for: {follow_up.rewritten}\n{follow_up.text}")

    recent = library.ask("How are large models fine-tuned?", filters=Filters(year_from=2020))
    print(f"\nof 2020 and later: {recent.text}")

    refusal = library.ask("What share of the weights can be pruned in a winning lottery ticket?")
    if refusal.outcome is not Outcome.ANSWERED:
        print(f"\n{refusal.outcome}: the nearest is {refusal.nearest[0].title}")
