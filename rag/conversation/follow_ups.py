"""A follow-up made to stand alone: by a language model when there is one, else by saying again what was asked before.

"and does it still use momentum?" can't be searched for; after "what does Adafactor store?" it can. A question that
stands by itself is left alone: with an unrelated question in front of it, its paper came first in .38 of the cases
instead of .89 (eval/RESULTS.md). Without a model only questions are carried over: an answer's many words would drown
the new one.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.conversation.remarks import is_remark
from rag.errors import CostLimitError, ModelError, UsedUpError
from rag.models.cancellation import Cancellation
from rag.models.llms.base import NO_USAGE, ChatModel, Ending, Message, Usage
from rag.models.llms.prompts import Prompt, as_data
from rag.models.llms.replies import Room, complete
from rag.records import Answer, Turn
from rag.records.answers import REFUSALS
from rag.retrieval.ties import Earlier
from rag.text.questions.readings import as_read
from rag.text.words import stems

Hangs = Callable[[str, Earlier], bool]  # tells whether a question hangs on an earlier one

TURNS = 4  # earlier questions carried over at most; the last one that stood by itself ends the walk back
SHORT = 6  # telling words; a question with more of them names what it is about
BARE = 2  # telling words; with no more than these, even a question without "it" hangs on what came before

POINTS_BACK = re.compile(
    r"\b(it|its|they|them|their|theirs|he|she|his|her|that|this|those|these|one|ones|same|former|latter)\b"
    r"|(?<!\bare )(?<!\bis )\bthere\b"
    r"|^\W*(and|but|so|then|what about|how about)\b",
    re.IGNORECASE,
)

SAID = 400  # characters of an earlier answer that a model is shown
LONGEST = 600  # characters; a longer reply is no question
REPLY_TOKENS = 200  # of a question; room for thinking comes on top
BY_RULE = "The model didn't make the question stand alone ({}): it was done by rule."
LABEL = re.compile(r"^\W*((rewritten|standalone|last|new|final) )?question\W*:\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A question made to stand alone, and what a model took for it (no calls when it wasn't asked).

    `after` is the earlier question that stands in front of it, where it was joined to one. `notes` tell the reader, a
    line each, why it wasn't made so by the model that was asked.
    """

    question: str
    usage: Usage = NO_USAGE
    calls: int = 0
    prompts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    after: str = ""


def standalone(question: str, history: Sequence[Turn], hangs: Hangs | None = None) -> str:
    """Return the text to search for: a follow-up after what it hangs on, any other question itself.

    `hangs` tells whether a question hangs on an earlier one; by its words alone without it.
    """
    return _joined(question.strip(), last_asked(history, hangs), hangs).question


def last_asked(history: Sequence[Turn], hangs: Hangs | None = None) -> Earlier | None:
    """Return the last question of a conversation that was answered, made to stand alone, and what it found.

    Turns that failed don't count: a question that was refused or stopped is nothing to go on with. An Answer tells how
    its question was searched for; of a question whose answer is but a text that is told anew, as it was then.
    """
    parts: list[str] = []  # of what the last one was searched with, a question each
    papers: tuple[int, ...] = ()
    for turn in [turn for turn in history if succeeded(turn)][-TURNS:]:
        own = turn.question.strip()
        if isinstance(turn.answer, Answer):
            own, query = as_read(own, turn.answer.searched.readings), turn.answer.searched.query
            if not query.endswith(own):
                parts, own = [], query  # a model's words: they stand alone
            elif query == own:
                parts = []
            papers = tuple(paper_id for paper_id, _ in turn.answer.searched.scores)
        else:
            if not _joined(own, Earlier(" ".join(parts), papers) if parts else None, hangs).after:
                parts = []
            papers = ()
        parts = [*parts, own]
    return Earlier(" ".join(parts), papers) if parts else None


def succeeded(turn: Turn) -> bool:
    """Tell whether a turn was answered: an Answer says so itself, a text when it is neither empty nor a refusal's."""
    if isinstance(turn.answer, Answer):
        return turn.answer.answered
    text = turn.answer.strip()
    return bool(text) and not text.startswith(tuple(REFUSALS.values()))


def is_follow_up(question: str) -> bool:
    """Tell whether a question asked in a conversation hangs on what came before."""
    return not is_remark(question) and (len(stems(question)) <= BARE or points_back(question))


def points_back(question: str) -> bool:
    """Tell whether a word of a question points back, and it hasn't so many that they name what it is about."""
    return len(stems(question)) <= SHORT and bool(POINTS_BACK.search(question))


def rewrite(  # noqa: PLR0913  (all that a model is asked with)
    question: str,
    history: Sequence[Turn],
    stop: Cancellation,
    *,
    hangs: Hangs | None = None,
    model: ChatModel,
    prompt: Prompt,
    room: Room = Room(),
    shown: str = "",
) -> Rewritten:
    """Return the question as the model makes it stand alone; as `standalone` does when it fails or replies with none.

    A small model often gives a follow-up back as it is: then what it hangs on is said again in front of it. Without
    history no model is asked. `shown`: what the model is shown of the question, where that is more than itself. Raises
    CostLimitError.
    """
    if not history:
        return Rewritten(question.strip())
    conversation = as_data("\n".join(_told(turn) for turn in history[-TURNS:]))
    messages = [Message(*part) for part in prompt.render(conversation=conversation, question=shown or question.strip())]
    earlier = last_asked(history, hangs)
    by_rule = _joined(question.strip(), earlier, hangs)
    try:
        reply, finish = complete(model, messages, max_tokens=REPLY_TOKENS, stop=stop, room=room)
    except CostLimitError:
        raise
    except ModelError as error:
        usage = Usage(*error.tokens) if isinstance(error, UsedUpError) else NO_USAGE
        note = BY_RULE.format(str(error).rstrip("."))
        return replace(by_rule, prompts=(prompt.prompt_id,), usage=usage, calls=int(usage != NO_USAGE), notes=(note,))
    rewritten = question_in(reply) if finish.ending is Ending.COMPLETE else None  # half a question asks another one
    if rewritten:
        joined = _joined(rewritten, earlier, hangs)
        return replace(joined, usage=finish.usage, calls=1, prompts=(prompt.prompt_id,))
    why = "its reply was no question" if finish.ending is Ending.COMPLETE else "its reply was cut off"
    notes = () if stop else (BY_RULE.format(why),)
    return replace(by_rule, usage=finish.usage, calls=1, prompts=(prompt.prompt_id,), notes=notes)


def rewrite_without_model(
    question: str,
    history: Sequence[Turn],
    stop: Cancellation,  # noqa: ARG001
    *,
    hangs: Hangs | None = None,
    shown: str = "",  # noqa: ARG001
) -> Rewritten:
    """Return a question as `standalone` makes it, in the form of `rewrite`."""
    return _joined(question.strip(), last_asked(history, hangs), hangs)


def question_in(reply: str) -> str | None:
    r"""Return the question that a model replied with; None when it replied with anything else.

    >>> question_in('Rewritten question: "Does TaylorSeer need training?"\n')
    'Does TaylorSeer need training?'
    """
    lines = (LABEL.sub("", line).strip(" \t\"'“”*`") for line in reply.splitlines())
    line = next((line for line in lines if line and not line.endswith(":")), "")  # "Here is the question:" is none
    usable = sum(character.isalnum() for character in line) >= 2 and len(line) <= LONGEST
    return line if usable else None


def _told(turn: Turn) -> str:
    answer = turn.answer.text if isinstance(turn.answer, Answer) else turn.answer
    said = " ".join(answer.split())
    return f"Question: {turn.question.strip()}\nAnswer: {said[:SAID]}{'…' if len(said) > SAID else ''}"


def _joined(text: str, earlier: Earlier | None, hangs: Hangs | None) -> Rewritten:
    """Return a question after the earlier one when it hangs on that, else itself."""
    if earlier and (hangs(text, earlier) if hangs else is_follow_up(text)):
        return Rewritten(f"{earlier.question} {text}", after=earlier.question)
    return Rewritten(text)
