"""A language model as claim checker: all claims of an answer at once, against the whole abstracts that they cite.

What papers and claims say stands between marks that they can't write themselves; what comes back is read by
rag.models.checkers.replies, and counts only for claims that were asked about and sentences that were shown.
"""

from collections.abc import Sequence

from rag.errors import ContextOverflowError, CostLimitError, ModelError, UsedUpError
from rag.models.cancellation import Cancellation
from rag.models.checkers.base import Checked, ClaimToCheck, Place, Source, Verdict
from rag.models.checkers.replies import Said, verdicts_in
from rag.models.llms.base import NO_USAGE, ChatModel, Message, Usage
from rag.models.llms.loading import told_of_own
from rag.models.llms.prompts import as_data_line, load_prompt
from rag.models.llms.replies import SPARE, Room, complete
from rag.models.llms.tokens import count_tokens
from rag.settings import Settings

LINE_TOKENS = 40  # of a verdict: number, word, sentences
FIRST_LINES = 200  # some models begin with words of their own
THINKING_TOKENS = 2_000  # that are kept free in the window: some models think first
UNTOLD = Verdict(None)
SETTING, ADDRESS = "ASKPAPERS_CHECK", "ASKPAPERS_CHECK_BASE_URL"  # what names a model of the checker's own


class LlmChecker:
    """Has a language model give verdicts, in one call as long as the claims and their papers fit into its window."""

    def __init__(self, model: ChatModel, settings: Settings, *, owned: bool = False) -> None:
        """Load the prompt; `owned` says that the model is the checker's own, to close. Raises PromptError."""
        self._model = model
        self._owned = owned
        self._window = settings.window
        self._room = Room.of(settings)
        self._prompt = load_prompt("check", settings.prompts)
        self._bare = self._prompt.render(sources="", claims="")  # now, for a prompt of another form to be told at once

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def prompt_id(self) -> str:
        """The identity of the prompt."""
        return self._prompt.prompt_id

    def close(self) -> None:
        """Close the model, if it is the checker's own."""
        if self._owned:
            self._model.close()

    def check(self, claims: Sequence[ClaimToCheck], stop: Cancellation) -> Checked:
        """Return a verdict for each claim; see Checker. What failed after something was checked is told in `note`.

        Raises ModelError when nothing could be checked.
        """
        waiting, verdicts, usage, calls, note = self._batches(claims), list[Verdict](), NO_USAGE, 0, ""
        while waiting and not stop:
            batch = waiting.pop(0)
            try:
                found, used = self._verdicts(batch, stop)
            except ContextOverflowError as error:
                if len(batch) > 1:
                    waiting[:0] = [batch[: len(batch) // 2], batch[len(batch) // 2 :]]
                    continue
                found, used, note = [Verdict(None)], NO_USAGE, str(error)
            except ModelError as error:
                if not calls:
                    raise self._told(error) from error
                note = str(self._told(error))
                break
            else:
                calls += 1
            verdicts += found
            usage += used
        if note and not calls:
            raise self._told(ModelError(note))
        verdicts += [UNTOLD] * (len(claims) - len(verdicts))
        return Checked(tuple(verdicts), usage, calls, (self.prompt_id,) * bool(calls), note)

    def _told(self, error: ModelError) -> ModelError:
        """Return an error of the model that names the settings by which this one is chosen."""
        if isinstance(error, CostLimitError | UsedUpError):
            return error
        return told_of_own(error, SETTING, ADDRESS) if self._owned else ModelError(str(error))

    def _batches(self, claims: Sequence[ClaimToCheck]) -> list[list[ClaimToCheck]]:
        """Return the claims in as few parts as fit into the window, each paper counted once a part."""
        bare = sum(count_tokens(text) for _, text in self._bare)
        room = self._window * SPARE - bare - self._thinking
        batches: list[list[ClaimToCheck]] = []
        shown: set[Source] = set()
        left = 0.0
        for claim in claims:
            own = count_tokens(_line(1, claim.text, [1])) + LINE_TOKENS
            price = own + sum(_tokens(source) for source in set(claim.sources) - shown)
            if not batches or price > left:
                batches.append([])
                shown, left = set(), room
                price = own + sum(_tokens(source) for source in set(claim.sources))
            batches[-1].append(claim)
            shown |= set(claim.sources)
            left -= price
        return batches

    @property
    def _thinking(self) -> int:
        return min(THINKING_TOKENS, self._window // 4)

    def _verdicts(self, claims: Sequence[ClaimToCheck], stop: Cancellation) -> tuple[list[Verdict], Usage]:
        """Return the verdicts of one call, and its tokens."""
        numbers: dict[Source, int] = {}
        for claim in claims:
            for source in claim.sources:
                numbers.setdefault(source, len(numbers) + 1)
        sources = "\n\n".join(_block(number, source) for source, number in numbers.items())
        lines = [
            _line(place, claim.text, [numbers[one] for one in claim.sources]) for place, claim in enumerate(claims, 1)
        ]
        filled = self._prompt.render(sources=sources, claims="\n".join(lines))
        messages = [Message(role, text) for role, text in filled]
        limit = LINE_TOKENS * len(claims) + FIRST_LINES
        reply, finish = complete(self._model, messages, max_tokens=limit, stop=stop, room=self._room)
        said = verdicts_in(reply, len(claims))
        return [_verdict(claim, said.get(place), numbers, reply) for place, claim in enumerate(claims, 1)], finish.usage


def _verdict(claim: ClaimToCheck, said: Said | None, numbers: dict[Source, int], reply: str) -> Verdict:
    """Return a verdict with those of the sentences named that the claim cites."""
    if said is None:
        return Verdict(None, reply=reply)
    cited = {numbers[source]: place for place, source in enumerate(claim.sources)}
    places = [
        Place(cited[source], sentence - 1)
        for source, sentence in said.places
        if source in cited and 1 <= sentence <= len(claim.sources[cited[source]].sentences)
    ]
    return Verdict(said.word, tuple(places), reply)


def _block(number: int, source: Source) -> str:
    title = [f"Title: {as_data_line(source.title)}"] if source.title else []
    lines = [f"{number}.{place}: {as_data_line(sentence)}" for place, sentence in enumerate(source.sentences, start=1)]
    return "\n".join([f'<source number="{number}">', *title, *lines, "</source>"])


def _line(number: int, claim: str, cited: Sequence[int]) -> str:
    return f"Claim {number} (cites {', '.join(map(str, cited))}): {as_data_line(claim)}"


def _tokens(source: Source) -> int:
    return count_tokens(_block(1, source)) + len(source.sentences)
