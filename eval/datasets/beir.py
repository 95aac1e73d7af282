"""Question sets as folders in the form of BEIR (Thakur et al. 2021): queries, and which documents answer them.

    corpus.jsonl      {"_id": "d1", "title": "...", "text": "..."}     a library is made of it by `askpapers ingest`
    queries.jsonl     {"_id": "q1", "text": "..."}
    qrels.tsv, or qrels/test.tsv, or dev or train: query-id, corpus-id, score, with a head

The JSON Lines may be gzipped, and say `id` for `_id`.
"""

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from eval.datasets.questions import GoldQuestion
from rag.errors import SourceError

JUDGED = ("qrels.tsv", "qrels/test.tsv", "qrels/dev.tsv", "qrels/train.tsv")


def load_beir(folder: Path) -> list[GoldQuestion]:
    """Return the judged queries of a folder as questions; the ids of the documents that answer are their gold.

    Grades above 0 answer. Raises SourceError that names the file.
    """
    queries, judgements = load_queries(folder), load_judgements(folder)
    found = []
    for query_id, grades in judgements.items():
        if query_id not in queries:
            msg = f"{folder} judges the query {query_id!r}, which its queries lack."
            raise SourceError(msg)
        gold = frozenset(name for name, grade in grades.items() if grade > 0)
        found.append(GoldQuestion(query_id, "query", queries[query_id], (), gold, gold))
    if not found:
        msg = f"{folder} judges no query."
        raise SourceError(msg)
    return found


def load_queries(folder: Path) -> dict[str, str]:
    """Return the queries of a folder by id. Raises SourceError."""
    return {row["id"]: row["text"] for row in _rows(folder, "queries")}


def load_corpus(folder: Path) -> list[dict[str, str]]:
    """Return the documents of a folder: id, title, text. Raises SourceError."""
    return list(_rows(folder, "corpus"))


def load_judgements(folder: Path) -> dict[str, dict[str, int]]:
    """Return the relevance judgements of a folder: query id -> document id -> grade. Raises SourceError."""
    path = next((folder / name for name in JUDGED if (folder / name).is_file()), None)
    if path is None:
        msg = (
            f"{folder} has no judgements. A folder in the form of BEIR has queries.jsonl and one of {', '.join(JUDGED)}"
        )
        raise SourceError(msg)
    judgements: dict[str, dict[str, int]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                judgements.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        msg = f"{path} can't be read ({error!r}). Its columns are query-id, corpus-id and score, with that head."
        raise SourceError(msg) from error
    return judgements


def _rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    plain, packed = folder / f"{name}.jsonl", folder / f"{name}.jsonl.gz"
    path = plain if plain.is_file() else packed
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path is packed else path.open(encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                found = {"id": row["_id"] if "_id" in row else row["id"], "text": row["text"]}
                yield {**found, "title": row.get("title", "")}
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        msg = f"{path} can't be read ({error!r}). It is JSON Lines with _id and text."
        raise SourceError(msg) from error
