"""Measure retrieval, answers and speed: python -m eval.benchmarks NAME

    dev            the question set over the papers: retrieval, answers, refusals
    scifact        SciFact beside a plain fusion of BM25 and MiniLM, in one run
    reranking      what a reranker of known quality, or ASKPAPERS_RERANKER, makes of the search's order
    support        the support score on SciFact's claims
    standing       what readers are told of true and of false claims, on our own pairs and labelled sets
    chunking       what one vector should cover
    conversation   follow-ups and changes of topic
    spelling       mistyped words: what is refused and what comes first, as written and as read; what is read falsely
    languages      questions in other languages than English: how many are seen, and how many are so falsely
    finding        papers found and counted, on labelled topics and claims
    fetch          a thousand papers from each index, on this machine, beside the time that its rate alone takes
    merging        which records are joined, on labelled pairs
    five-exports   one search in five databases' files: are its records joined to the works that they are of
    comparison     tables of papers: cells right, wrongly filled, wrongly empty
    llm            a language model (OPENAI_BASE_URL), CitationQueryEngine with it, and quotes
    replayed       recorded answers of a strong model's kind: outcomes, what is kept, how claims are marked
    endpoints      endpoints and replies as people meet them, by kind of trouble: cases, and how many are right
    page           the page: first paint, what it adds, twenty readers at once, memory (Chromium)
    page-large     the page over 6,709 papers: what it adds to a list, a search, an answer (Chromium)
    page-faults    the faulty steps of an afternoon on the page, each 20 times with random timing (Chromium)
    fuzz           damaged files by the thousand through every reader
    memory         a million papers through readers and catalog: peak memory, papers a second
    reading        records read a second beside the bare parse of each format
    speed          ingest and search beside their bare costs, in one run
    cold           a question in a process of its own beside the bare import and load of what it uses
    named          an embedding model by its name, from the cache, beside the same by its folder
    token-states   forms of token states: bytes a paper, and what searches and answers lose by each
    layout         lines of files and functions, modules in a folder
    full-text      full text as postings beside FTS5 at 100,000 papers: CPU, ranking, bytes, writing
    kept-vectors   Chroma made anew from kept vectors at 100,000 papers: seconds, bytes a paper, recall
    vectors-at-size  those of 100,000 and 1,000,000 papers: opened, searched, filtered, side by side; memory, recall
    servers-asking  two processes ask a library on servers while a third writes: is every answer right?
    servers-pgvector  pgvector beside Chroma: the same 100,000 vectors made, asked and added to
    servers-ranking  the same papers in a folder and on servers: the same top ten, and how far scores are apart
    servers-speed  100,000 papers on servers beside a folder: searches of one and of eight askers; Chroma made anew
    servers-kills  kill -9 of PostgreSQL and Chroma while somebody ingests and others ask
    servers-writers  workers that write to one library on servers at the same time, and some that are killed
    faults         kill -9, full disks, flipped bits: what is tried, what survives, what is lost

Reads the shared folder (ASKPAPERS_SHARED, default ../shared). `--work FOLDER` keeps built libraries between runs,
`--keep` puts the numbers into eval/RESULTS.md.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from eval.benchmarks import (
    chunking,
    cold_start,
    deduplication,
    dev_questions,
    kept_vectors,
    layout,
    library_speed,
    named_models,
    reranking,
    scifact,
    web_page,
)
from eval.benchmarks.claims import standing, support_score
from eval.benchmarks.comparison import table as comparison
from eval.benchmarks.exports import merged as five_exports
from eval.benchmarks.faults import table as faults
from eval.benchmarks.fetching import speed as fetch_speed
from eval.benchmarks.fitting import token_states
from eval.benchmarks.llm import answers as llm_answers
from eval.benchmarks.llm import behaviours, replayed
from eval.benchmarks.page import faults as page_faults
from eval.benchmarks.page import large as page_large
from eval.benchmarks.questions import finding, follow_ups, languages, spelling
from eval.benchmarks.readers import fuzzing, memory
from eval.benchmarks.readers import speed as reader_speed
from eval.benchmarks.results_file import keep
from eval.benchmarks.servers import asking as servers_asking
from eval.benchmarks.servers import kills as servers_kills
from eval.benchmarks.servers import latency as servers_speed
from eval.benchmarks.servers import pgvector as servers_pgvector
from eval.benchmarks.servers import ranking as servers_ranking
from eval.benchmarks.servers import writers as servers_writers
from eval.benchmarks.size import full_text
from eval.benchmarks.vectors import at_size

MEASURES: dict[str, Callable[[Path], str]] = {
    "dev": dev_questions.measure,
    "scifact": scifact.measure,
    "reranking": reranking.measure,
    "support": support_score.measure,
    "standing": standing.measure,
    "chunking": chunking.measure,
    "conversation": follow_ups.measure,
    "spelling": spelling.measure,
    "languages": languages.measure,
    "finding": finding.measure,
    "fetch": fetch_speed.measure,
    "merging": deduplication.measure,
    "five-exports": five_exports.measure,
    "comparison": comparison.measure,
    "llm": llm_answers.measure,
    "replayed": replayed.measure,
    "endpoints": behaviours.measure,
    "page": web_page.measure,
    "page-large": page_large.measure,
    "page-faults": page_faults.measure,
    "fuzz": fuzzing.measure,
    "memory": memory.measure,
    "reading": reader_speed.measure,
    "speed": library_speed.measure,
    "cold": cold_start.measure,
    "named": named_models.measure,
    "token-states": token_states.measure,
    "layout": layout.measure,
    "full-text": full_text.measure,
    "kept-vectors": kept_vectors.measure,
    "vectors-at-size": at_size.measure,
    "servers-asking": servers_asking.measure,
    "servers-pgvector": servers_pgvector.measure,
    "servers-ranking": servers_ranking.measure,
    "servers-speed": servers_speed.measure,
    "servers-kills": servers_kills.measure,
    "servers-writers": servers_writers.measure,
    "faults": faults.measure,
}


def main() -> None:
    """Run one measure and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measure", choices=MEASURES)
    parser.add_argument("--work", type=Path, help="folder that keeps built libraries between runs")
    parser.add_argument("--keep", action="store_true", help="put the numbers into eval/RESULTS.md")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = args.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        text = MEASURES[args.measure](work).rstrip()
    sys.stdout.write(f"{text}\n")
    if args.keep:
        keep(args.measure, text)


if __name__ == "__main__":
    main()
