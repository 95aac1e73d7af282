#!/bin/sh
# A step for CI: bring the papers in, ask every question of a set, fail when the answers aren't good enough.
#
#     sh examples/evaluation_in_ci.sh PAPERS QUESTIONS    (made by `askpapers eval generate`, then mended by you)
#
# The run is kept as run.jsonl and as a page to look at, run.html: keep both as artefacts, and compare with the last
# run by `askpapers eval compare last.jsonl run.jsonl`.
set -eu
papers=$1 questions=$2

askpapers ingest "$papers" --library ci.library
status=0
askpapers eval run --library ci.library --questions "$questions" --out run.jsonl \
    --min recall@5=.9 --min nugget_recall=.6 --min citation_precision=.9 --min false_answer=.5 || status=$?
askpapers eval report run.jsonl --out run.html
exit $status
