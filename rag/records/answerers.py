"""Who may write an answer: what a reader chooses among."""

from dataclasses import dataclass

from rag.records.answers import EXTRACTIVE

QUOTES = "quotes, no language model"


@dataclass(frozen=True, slots=True)
class Answerer:
    """One that may be asked to write answers.

    `name` is given back to have it write (`Library.ask(..., answerer=name)`), `label` is for people. `checks`: whether
    there is anything to check in what it writes, since it has words of its own; `checker` is who would, as far as that
    is known: the model itself or another one, by name; empty where nothing is checked.
    """

    name: str
    label: str
    checks: bool = False
    checker: str = ""


QUOTING = Answerer(EXTRACTIVE, QUOTES)
