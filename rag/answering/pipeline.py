"""One question to one answer: retrieve -> answer -> verify. Every face of the library goes this way.

The library asks it directly; LlamaIndex's query engine (rag.integrations.llama_index) wraps it.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from time import perf_counter
from typing import Protocol

from rag.answering.abstaining import nearest_papers, refusal
from rag.answering.base import Answerer, Draft
from rag.answering.extractive import ExtractiveAnswerer
from rag.citations.rendering import Part, render
from rag.conversation.follow_ups import Hangs, Rewritten, rewrite, rewrite_without_model
from rag.conversation.gate import hangs
from rag.errors import ModelError, StoppedError
from rag.models.cancellation import Cancellation
from rag.models.checkers.base import Checker
from rag.models.llms.base import NO_USAGE, ChatModel
from rag.models.llms.prompts import load_prompt
from rag.models.llms.replies import Room
from rag.models.spending import cost_of
from rag.records import Answer, Citation, Filters, Outcome, Reading, Searched, Turn
from rag.retrieval.finding import Finder
from rag.retrieval.query import check_question
from rag.retrieval.results import Retrieved
from rag.settings import Settings
from rag.text.questions.listing import listed_in
from rag.text.questions.readings import as_read, mended, with_readings
from rag.text.questions.several import asks_for_several

LISTED = 24  # papers that an answerer gets where a list was asked for
OF_SEVERAL = 3  # papers more that it gets where several are asked about: of these more often one is missing


class Rewriter(Protocol):
    """Makes a question of a conversation stand alone."""

    def __call__(
        self, question: str, history: Sequence[Turn], stop: Cancellation, *, hangs: Hangs, shown: str = ""
    ) -> Rewritten:
        """Return it; `hangs` tells whether it hangs on an earlier one, `shown` is what a model is shown of it.

        Raises CostLimitError.
        """


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the text, the earlier turns, oldest first, the bounds of the search, and a way to stop.

    `check`: whether what a language model writes is checked by meaning; None as the setting `check` says. `alone`: it
    hangs on no earlier turn. `as_written`: no word of it is read as another.
    """

    text: str
    history: Sequence[Turn] = ()
    filters: Filters = field(default_factory=Filters)
    stop: Cancellation = field(default_factory=Cancellation)
    check: bool | None = None
    alone: bool = False
    as_written: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A question with its standalone form and what was found for it; seconds by stage.

    `readings` are the words of the question that were read as others.
    """

    question: Question
    rewritten: Rewritten
    retrieved: Retrieved
    timings: Mapping[str, float]
    readings: tuple[Reading, ...] = ()

    @property
    def asked(self) -> str:
        """The question by itself, as it was read."""
        return as_read(self.question.text.strip(), self.readings)


class AnswerPipeline:
    """Answers questions from the papers of a library. Safe to share between threads."""

    def __init__(self, retriever: Finder, answerer: Answerer, rewriter: Rewriter, settings: Settings) -> None:
        self._retriever = retriever
        self._answerer = answerer
        self._rewriter = rewriter
        self._settings = settings

    @property
    def answerer(self) -> str:
        """Who writes the answers: `extractive`, or a model's name."""
        return self._answerer.name

    def answer(self, question: Question) -> Answer:
        """Return the Answer to a question.

        Raises QuestionError, EmptyLibraryError, ModelError, PromptError; StoppedError after `question.stop`.
        """
        return last_of(self.stream(question))

    def stream(self, question: Question) -> Generator[str | Answer, None, None]:
        """Yield the text in pieces as it is written, then the Answer; closing the iterator stops the model."""
        yield from self.write(self.retrieve(question))

    def retrieve(self, question: Question) -> Found:
        """Make the question stand alone and search for it."""
        check_question(question.text)  # before a model is asked about it
        started = perf_counter()
        read = self._readings(question.text, question)
        rewritten = self._rewritten(question, read)
        asked = perf_counter()
        if topic := listed_in(rewritten.question):
            retrieved = self._retriever.matching(topic, limit=LISTED, filters=question.filters)
        else:
            limit = self._settings.papers + OF_SEVERAL * asks_for_several(question.text)
            retrieved = self._retriever.retrieve(rewritten.question, limit=limit, filters=question.filters)
        timings = {"rewrite": asked - started} if rewritten.calls else {}
        return Found(question, rewritten, retrieved, timings | {"retrieve": perf_counter() - asked}, read)

    def _readings(self, text: str, question: Question) -> tuple[Reading, ...]:
        return () if question.as_written else self._retriever.readings(text.strip())

    def _rewritten(self, question: Question, read: tuple[Reading, ...]) -> Rewritten:
        """Return the question as it was read, made to stand alone."""
        text = as_read(question.text.strip(), read)
        if question.alone or listed_in(text):  # or it names what it is about
            return Rewritten(text)
        # An Answer tells how its question was read; of a question whose answer is but a text that is told anew.
        history = [
            turn
            if isinstance(turn.answer, Answer)
            else replace(turn, question=as_read(turn.question.strip(), self._readings(turn.question, question)))
            for turn in question.history
        ]
        tied = partial(hangs, retriever=self._retriever, filters=question.filters)
        shown = with_readings(question.text, read)
        rewritten = self._rewriter(text, history, question.stop, hangs=tied, shown=shown)
        if not rewritten.calls:
            return rewritten
        return replace(rewritten, question=mended(rewritten.question, read))  # it may say again what is mistyped

    def write(self, found: Found) -> Generator[str | Answer, None, None]:
        """Have the answer written, unless the answerer sees no prospect of one; then it isn't asked."""
        outcome, draft, begun = self._answerer.outlook(found.retrieved), Draft(), False
        if outcome is Outcome.ANSWERED:
            with closing(self._drafted(found)) as events:
                for event in events:
                    if isinstance(event, Draft):
                        draft = event
                    else:
                        begun = True
                        yield event
            if found.question.stop:
                return
            if draft.cut and not draft.claims:
                msg = f"{' '.join(draft.notes)} It had said nothing yet: ask again."
                raise ModelError(msg)
            if draft.abstains and not draft.cut:  # half a sentence tells nothing about the abstracts
                outcome, draft = Outcome.NOT_IN_ABSTRACTS, _told(draft)
            elif others := others_matching(found.retrieved, draft):
                draft = replace(draft, parts=(*draft.parts, Part("\n\n", (others,))))
                yield f"\n\n{others}"
        answer = self._answer(found, draft, outcome)
        if not answer.answered:
            yield "\n\n" * begun + answer.text  # after what the model wrote for nothing
        yield answer

    def _drafted(self, found: Found) -> Generator[str | Draft, None, None]:
        question = found.question
        asked = found.rewritten.question if found.rewritten.calls else found.asked
        shown = "" if found.rewritten.calls else with_readings(question.text, found.readings)
        return self._answerer.stream(
            asked, found.retrieved, question.history, question.stop, check=question.check, shown=shown
        )

    def _answer(self, found: Found, draft: Draft, outcome: Outcome) -> Answer:
        answered = outcome is Outcome.ANSWERED
        written = render(draft.parts if answered else (), found.question.history)
        nearest, closest = ((), ()) if answered else nearest_papers(found.retrieved)
        reranked = found.retrieved.reranked
        usage = found.rewritten.usage + reranked.usage + draft.usage
        calls = found.rewritten.calls + reranked.calls + draft.calls
        counted = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens, "calls": calls}
        cost, unpriced = self._cost(found, draft) if calls else (None, ())
        if usage.thinking_tokens:
            counted["thinking_tokens"] = usage.thinking_tokens
        if draft.checking != NO_USAGE:
            checking = draft.checking
            counted |= {"check_input_tokens": checking.input_tokens, "check_output_tokens": checking.output_tokens}
        return Answer(
            question=found.question.text,
            outcome=outcome,
            text=written.text if answered else refusal(outcome, nearest),
            claims=written.claims,
            citations=written.citations,
            left_open=draft.left_open,
            matching=found.retrieved.matching,
            nearest=nearest,
            closest=closest,
            searched=_searched(found),
            answerer=self._answerer.name,
            timings={**found.timings, **draft.timings},
            usage=counted if calls else {},
            cost=cost,
            prompts=(*found.rewritten.prompts, *reranked.prompts, *draft.prompts),
            partial=draft.partial,
            notes=(
                *retractions(written.citations),
                *found.rewritten.notes,
                *found.retrieved.notes,
                *draft.notes,
                *unpriced,
            ),
            repairs=draft.repairs,
        )

    def _cost(self, found: Found, draft: Draft) -> tuple[float | None, tuple[str, ...]]:
        """Return the cost of all tokens, each model's at its price, and a note where a price isn't known."""
        reranked = found.retrieved.reranked
        taken = {self._answerer.name: found.rewritten.usage + draft.usage - draft.checking}
        for name, usage in ((draft.checker, draft.checking), (reranked.model, reranked.usage)):
            if usage != NO_USAGE:
                taken[name] = taken.get(name, NO_USAGE) + usage
        return cost_of(taken, self._settings)


def make_pipeline(
    retriever: Finder, model: ChatModel | None, settings: Settings, checker: Checker | None = None
) -> AnswerPipeline:
    """Return the pipeline that the settings ask for: a language model's answers, or quotes without one.

    `checker` checks the answers; without it the one that the settings name. Raises PromptError when a prompt can't be
    had, ModelError when a checker can't.
    """
    if model is None:
        quoting = ExtractiveAnswerer(papers=settings.papers, sentences=settings.sentences, words=settings.words)
        return AnswerPipeline(retriever, quoting, rewrite_without_model, settings)
    from rag.answering.generative import GenerativeAnswerer  # quotes don't pay for what reads a model's text
    from rag.models.checkers import load_checker

    rewriter = partial(rewrite, model=model, prompt=load_prompt("rewrite", settings.prompts), room=Room.of(settings))
    chosen = checker or load_checker(settings, model)
    return AnswerPipeline(retriever, GenerativeAnswerer(model, settings, chosen), rewriter, settings)


def last_of(events: Iterator[str | Answer]) -> Answer:
    """Return the Answer that ends a stream. Raises StoppedError when none came."""
    for event in events:
        if isinstance(event, Answer):
            return event
    raise StoppedError


def others_matching(retrieved: Retrieved, draft: Draft) -> str:
    """Return what to say of the papers that belong in a list and that an answer doesn't cite; nothing without any."""
    if retrieved.matching is None:
        return ""
    cited = {one.paper.paper_id for claim in draft.claims for one in claim.citations}
    others = retrieved.matching - len(cited.intersection(hit.paper.paper_id for hit in retrieved.hits))
    if not others:
        return "There may be more." if retrieved.more else ""
    return f"And {'at least ' * retrieved.more}{others:,} more match{'es' * (others == 1 and not retrieved.more)}."


def retractions(citations: Iterable[Citation]) -> list[str]:
    """Return a note for each cited paper of which a source says that it was retracted."""
    said = [(one.number, one.paper.retraction) for one in citations if one.paper.retraction]
    return [f"[{number}] is marked as retracted ({told}): don't rely on it." for number, told in said]


def _told(draft: Draft) -> Draft:
    """Return a draft that is no answer with a note of what the model wrote, unless it only says what is left open."""
    written = render(draft.parts).text
    if not written or draft.left_open:
        return draft
    return replace(draft, notes=(*draft.notes, f"What the model wrote cites nothing, and is no answer: {written}"))


def _searched(found: Found) -> Searched:
    scores = tuple((hit.paper.paper_id, round(hit.score, 4)) for hit in found.retrieved.hits)
    rewritten = found.rewritten
    return Searched(
        found.retrieved.searched, rewritten.question, found.question.filters, scores, rewritten.after, found.readings
    )
