"""Rows told by a language model: its words read, grounded and checked; quotes where it failed or left something out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.answering.base import Draft
from rag.answering.checking import checked
from rag.citations.rendering import Part
from rag.comparison.asking import Asker, Told
from rag.comparison.cells import cell_of, without_claims
from rag.comparison.columns import Column
from rag.errors import ModelError, UsedUpError
from rag.models.cancellation import Cancellation
from rag.models.checkers.base import Checker
from rag.models.llms.base import NO_USAGE, Usage
from rag.records import Cell, ComparedPaper
from rag.settings import Settings

FAILURES = 3  # in a row, after which a model isn't asked for the rest: it may be gone, and each try may wait long
GIVEN_UP = f"Quoted: the language model failed {FAILURES} times in a row and was not asked any more."


@dataclass
class Spent:
    """What the rows of a table took: tokens of the writer and of the checker, by name, calls, prompts."""

    writer: str = ""
    checker: str = ""
    writing: Usage = NO_USAGE
    checking: Usage = NO_USAGE
    calls: int = 0
    prompts: dict[str, None] = field(default_factory=dict)

    @property
    def by_model(self) -> dict[str, Usage]:
        """Tokens by the name of the model that took them."""
        taken = {self.writer: self.writing}
        if self.checking != NO_USAGE:
            taken[self.checker] = taken.get(self.checker, NO_USAGE) + self.checking
        return taken

    @property
    def counted(self) -> Mapping[str, int]:
        """Tokens and calls as an Answer counts them; empty when no model was asked."""
        if not self.calls:
            return {}
        usage = self.writing + self.checking
        counts = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens, "calls": self.calls}
        if usage.thinking_tokens:
            counts["thinking_tokens"] = usage.thinking_tokens
        if self.checking != NO_USAGE:
            counts["check_input_tokens"] = self.checking.input_tokens
            counts["check_output_tokens"] = self.checking.output_tokens
        return counts


class Teller:
    """Has a language model tell the rows of one table, one after the other."""

    def __init__(self, asker: Asker, checker: Checker | None, settings: Settings) -> None:
        self._asker = asker
        self._checker = checker
        self._policy = settings.unsupported
        self._failures = 0
        self.spent = Spent()

    def told(self, quoted: ComparedPaper, columns: Sequence[Column], stop: Cancellation) -> ComparedPaper:
        """Return a row in the model's words, given the row of quotes, which stays, with a note, when it fails.

        What a paper's record holds stays as it is. Raises nothing but PromptError.
        """
        asked = [place for place, column in enumerate(columns) if not _of_record(column)]
        if not asked:
            return quoted
        if self._failures == FAILURES:
            return replace(quoted, note=GIVEN_UP)
        try:
            told = self._asker.ask(quoted.paper, [columns[place] for place in asked], stop)
        except ModelError as error:
            self._failures += 1
            if isinstance(error, UsedUpError):
                self._count(Usage(*error.tokens))
            return replace(quoted, note=f"Quoted: {error}")
        self._failures = 0
        self._count(told.usage)
        if not told.cells:
            return replace(quoted, note=f"Quoted: {told.note}")
        return self._row(quoted, columns, {asked[place]: text for place, text in told.cells.items()}, told, stop)

    def _row(
        self,
        quoted: ComparedPaper,
        columns: Sequence[Column],
        texts: Mapping[int, str],
        told: Told,
        stop: Cancellation,
    ) -> ComparedPaper:
        cells = list(quoted.cells)
        for place, text in texts.items():
            cells[place] = cell_of(text, quoted.paper, quoted.number)
        notes = [told.note]
        if self._checker and not stop:
            notes += self._check(cells, texts, self._checker, stop)
        if self._policy != "mark":
            for place in texts:
                if not all(claim.holds for claim in cells[place].claims):
                    cells[place] = without_claims(cells[place]) if self._policy == "drop" else quoted.cells[place]
        if left_out := [one.name for place, one in enumerate(columns) if place not in texts and not _of_record(one)]:
            notes.append(f"Quoted, for the language model left it out: {', '.join(left_out)}.")
        return replace(quoted, cells=tuple(cells), answerer=self._asker.model.name, note=" ".join(filter(None, notes)))

    def _check(self, cells: list[Cell], texts: Mapping[int, str], checker: Checker, stop: Cancellation) -> list[str]:
        """Put verdicts on the claims of the model's cells; return notes on what couldn't be checked."""
        claims = [claim for place in texts for claim in cells[place].claims]
        if not claims:
            return []
        draft = checked(Draft(tuple(Part("", (claim.text,), claim) for claim in claims)), checker, stop)
        judged = iter(draft.claims)
        for place in texts:
            cells[place] = replace(cells[place], claims=tuple(next(judged) for _ in cells[place].claims))
        spent = self.spent
        spent.checker, spent.checking = draft.checker, spent.checking + draft.checking
        spent.calls += draft.calls
        spent.prompts |= dict.fromkeys(draft.prompts)
        return list(draft.notes)

    def _count(self, usage: Usage) -> None:
        spent = self.spent
        spent.writer, spent.writing, spent.calls = self._asker.model.name, spent.writing + usage, spent.calls + 1
        spent.prompts[self._asker.prompt_id] = None


def _of_record(column: Column) -> bool:
    return bool(column.usual and column.usual.record)
