"""The faulty steps of an afternoon on the page, each tried with random timing: nothing lost, nothing wrong shown.

A slow language model repeats in every sentence the tag of the question that it answers, so that whatever comes into
another conversation, another exchange or another pane is seen. `lost` counts tries after which a question, a draft or
an answer isn't there any more, `wrong` those that showed or kept something of another.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from eval.benchmarks.page import interruptions, mixing
from eval.benchmarks.page.browser import start
from eval.benchmarks.page.model import writing_slowly
from eval.benchmarks.page.tries import Reader, Tried
from rag.library import Library
from rag.samples import PATH
from rag.settings import Settings

PORT = 7980
TRIES = 20
STEPS: dict[str, Callable[[Reader], Tried]] = {
    "1 rate one answer, open the [n] of another": mixing.rated_then_cited,
    "2 an old conversation opened while an answer streams": mixing.opened_while_writing,
    "3 an early question edited": mixing.edited,
    "4 two tabs ask and edit in one conversation": mixing.two_tabs,
    "5 reloaded while answering": interruptions.reloaded_while_answering,
    "5 reloaded while typing": interruptions.reloaded_while_typing,
    "5 the server restarted or killed while answering": interruptions.restarted,
    "6 a follow-up after answered, refused, failed and stopped questions": interruptions.followed_up,
}


def measure(work: Path) -> str:
    """Return a table of the faults as Markdown: tried, lost, wrong."""
    folder = work / "samples.library"
    with Library.open(folder, Settings(llm="extractive")) as library:
        library.ingest([PATH])
    with writing_slowly() as model:
        how = ("--llm", "openai:slow"), {"OPENAI_BASE_URL": model, "OPENAI_API_KEY": "x"}
        reader = Reader(lambda: start(folder, PORT, *how[0], **how[1]))
        try:
            return "\n".join(_rows(reader))
        finally:
            reader.close()


def _rows(reader: Reader) -> Iterator[str]:
    yield "| step | tried | lost | wrong |"
    yield "|---|---|---|---|"
    for name, step in STEPS.items():
        tried = [step(reader) for _ in range(TRIES)]
        lost, wrong = [one.lost for one in tried if one.lost], [one.wrong for one in tried if one.wrong]
        told = f" ({'; '.join(dict.fromkeys(lost + wrong))})" if lost or wrong else ""
        yield f"| {name}{told} | {len(tried)} | {len(lost)} | {len(wrong)} |"
