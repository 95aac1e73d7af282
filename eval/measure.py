"""Measure retrieval, answers and speed.

    python -m eval.measure dev        the question set over the papers: retrieval, answers, refusals
    python -m eval.measure scifact    SciFact beside a plain fusion of BM25 and MiniLM, in one run
    python -m eval.measure support    the support score on SciFact's claims
    python -m eval.measure chunking   what one vector should cover
    python -m eval.measure conversation   follow-ups and changes of topic
    python -m eval.measure merging    which records are joined, on labelled pairs
    python -m eval.measure llm        a language model (OPENAI_BASE_URL), CitationQueryEngine with it, and quotes
    python -m eval.measure page       the page: first paint, what it adds, twenty readers at once, memory (Chromium)
    python -m eval.measure fuzz       damaged files by the thousand through every reader
    python -m eval.measure memory     a million papers through readers and catalog: peak memory, papers a second
    python -m eval.measure reading    records read a second beside the bare parse of each format
    python -m eval.measure speed      ingest and search beside their bare costs, in one run
    python -m eval.measure faults     kill -9, full disks, flipped bits: what is tried, what survives, what is lost

Reads the shared folder (ASKPAPERS_SHARED, default ../shared). `--work FOLDER` keeps built libraries between runs,
`--keep` puts the numbers into eval/RESULTS.md.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from eval import (
    chunking,
    conversation,
    development,
    faults,
    fuzzing,
    llm,
    memory,
    merging,
    page,
    reading,
    retrieval,
    speed,
)
from eval import support as support_score
from eval.results import keep

MEASURES: dict[str, Callable[[Path], str]] = {
    "dev": development.measure,
    "scifact": retrieval.measure,
    "support": support_score.measure,
    "chunking": chunking.measure,
    "conversation": conversation.measure,
    "merging": merging.measure,
    "faults": faults.measure,
    "llm": llm.measure,
    "page": page.measure,
    "fuzz": fuzzing.measure,
    "memory": memory.measure,
    "reading": reading.measure,
    "speed": speed.measure,
}


def main() -> None:
    """Run one measure and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measure", choices=MEASURES)
    parser.add_argument("--work", type=Path, help="folder that keeps built libraries between runs")
    parser.add_argument("--keep", action="store_true", help="put the numbers into eval/RESULTS.md")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        text = MEASURES[args.measure](args.work or Path(temporary)).rstrip()
    sys.stdout.write(f"{text}\n")
    if args.keep:
        keep(args.measure, text)


if __name__ == "__main__":
    main()
