"""Answers by a language model beside LlamaIndex's CitationQueryEngine with the same model, and beside quotes.

Every third of the development questions. Set OPENAI_BASE_URL (and OPENAI_API_KEY, ASKPAPERS_LLM) to choose the model.
"""

import json
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from eval.benchmarks.shared import shared_folder
from eval.datasets.questions import GoldQuestion, load_questions
from eval.metrics.nuggets import mean, nugget_recall
from rag.citations.model_text.claim_detection import Kind, kinds_of
from rag.citations.model_text.markers import read_markers
from rag.citations.support import support
from rag.conversation.follow_ups import standalone
from rag.library import Library
from rag.records import Paper
from rag.settings import load_settings

EVERY = 3  # rows of the question set are taken
MARKERS = re.compile(r"\[(\d+)\]")
MODEL_STAGES = {"rewrite", "model", "check"}
TOP, CHUNK = 3, 512  # of CitationQueryEngine, as documented

Ask = Callable[[GoldQuestion], "Said"]


@dataclass(frozen=True, slots=True)
class Said:
    """What a system said to one question, in numbers that mean the same for every system."""

    text: str  # empty when it refused
    titles: tuple[str, ...]  # of the papers cited
    markers: tuple[int, int]  # valid, all
    cited: tuple[int, int]  # claims with a citation, all
    supports: tuple[float, ...]  # of each claim by what it cites
    seconds: float
    stages: Mapping[str, float]
    repairs: Mapping[str, int]
    tokens: Mapping[str, int]
    prompts: tuple[str, ...] = ()


def measure(work: Path) -> str:
    """Return a Markdown table: the configured model, CitationQueryEngine with it, and quotes."""
    settings = load_settings()
    rows = load_questions(shared_folder() / "gold" / "dev.jsonl")[::EVERY]
    folder = work / "dev.library"
    quoting = settings.model_copy(update={"llm": "extractive"})
    with Library.open(folder, settings) as library, Library.open(folder, quoting) as quotes:
        library.ingest([shared_folder() / "papers"])
        said = {"extractive": [_asker(quotes)(row) for row in rows]}
        if library.as_query_engine().answerer != "extractive":
            answers = [_asker(library)(row) for row in rows]
            name = library.as_query_engine().answerer  # now that the endpoint has told it
            peer = _citation_engine(library)
            said |= {name: answers, f"CitationQueryEngine, {name}": [peer(row) for row in rows]}
    for system, answers in said.items():
        with (work / f"{re.sub(r'[^A-Za-z0-9]+', '-', system)}.jsonl").open("w", encoding="utf-8") as file:
            for row, one in zip(rows, answers, strict=True):
                file.write(
                    json.dumps({"id": row.id, "question": row.question, **asdict(one)}, ensure_ascii=False) + "\n"
                )
    prompts = sorted({prompt for answers in said.values() for one in answers for prompt in one.prompts})
    how = f"context {settings.context}, style {settings.style}"
    return _report(rows, said, [*prompts, how] if prompts else [])


def _asker(library: Library) -> Ask:
    def ask(row: GoldQuestion) -> Said:
        started = perf_counter()
        answer = library.ask(row.question, history=row.history)
        seconds = perf_counter() - started
        valid = {citation.number for citation in answer.citations}
        found = [int(number) for number in MARKERS.findall(answer.text)] if answer.claims else []
        return Said(
            answer.text if answer.answered else "",
            tuple(citation.paper.title for citation in answer.citations),
            (sum(number in valid for number in found), len(found)),
            (sum(bool(claim.citations) for claim in answer.claims), len(answer.claims)),
            tuple(claim.support for claim in answer.claims),
            seconds,
            answer.timings,
            answer.repairs,
            answer.usage,
            answer.prompts,
        )

    return ask


def _citation_engine(library: Library) -> Ask:
    """Return LlamaIndex's own engine over the same papers, with the same model and embedding."""
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.query_engine import CitationQueryEngine

    documents = [
        Document(text=f"{paper.title}\n\n{paper.abstract}", metadata={"title": paper.title})
        for paper in library.selected()
    ]
    index = VectorStoreIndex.from_documents(documents, embed_model=library.as_embedding())
    engine = CitationQueryEngine.from_args(index, llm=library.as_llm(), similarity_top_k=TOP, citation_chunk_size=CHUNK)

    def ask(row: GoldQuestion) -> Said:
        started = perf_counter()
        response = engine.query(standalone(row.question, row.history))
        seconds = perf_counter() - started
        text = str(response)
        sources = {
            n: Paper(n, node.metadata["title"], node.get_content())
            for n, node in enumerate(response.source_nodes, start=1)
        }
        found = [int(number) for number in MARKERS.findall(text)]
        said = read_markers(text, sources).sentences
        kinds = kinds_of(said, row.question, [paper.abstract for paper in sources.values()])
        sentences = [sentence for sentence, kind in zip(said, kinds, strict=True) if kind is Kind.CLAIM]
        cited = {n for sentence in sentences for n in sentence.numbers}
        return Said(
            "" if Kind.DENIAL in kinds and not cited else text,
            tuple(dict.fromkeys(sources[n].title for n in sorted(cited))),
            (sum(number in sources for number in found), len(found)),
            (sum(bool(sentence.numbers) for sentence in sentences), len(sentences)),
            tuple(support(s.text, [sources[n].abstract for n in s.numbers]).score for s in sentences),
            seconds,
            {},
            {},
            {},
        )

    return ask


def _report(rows: Sequence[GoldQuestion], said: Mapping[str, list[Said]], prompts: Sequence[str]) -> str:
    able = [n for n, row in enumerate(rows) if row.answerable]
    unable = [n for n, row in enumerate(rows) if not row.answerable]
    lines = [
        f"{len(rows)} questions, {len(able)} answerable. Prompts: {', '.join(prompts) or 'none'}.",
        "",
        (
            "| system | nugget recall | words | answerable refused | unanswerable not answered | valid markers "
            "| claims cited | cited papers gold or fine | mean support | answers without any citation | median s |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for system, answers in said.items():
        given = [answers[n] for n in able]
        told = [one for one in answers if one.text]
        fine = [title in rows[n].fine_titles for n in able for title in answers[n].titles]
        markers = [sum(one.markers[i] for one in answers) for i in (0, 1)]
        cited = [sum(one.cited[i] for one in answers) for i in (0, 1)]
        supports = [value for one in answers for value in one.supports]
        cells = [
            f"{mean(nugget_recall(answers[n].text, rows[n].nuggets) for n in able):.3f}",
            f"{mean(len(one.text.split()) for one in told):.0f}",
            f"{sum(not one.text for one in given)} of {len(able)}",
            f"{sum(not answers[n].text for n in unable)} of {len(unable)}",
            f"{markers[0]} of {markers[1]}",
            f"{cited[0] / max(1, cited[1]):.3f} of {cited[1]}",
            f"{mean(map(float, fine)) if fine else 0:.3f} of {len(fine)}",
            f"{mean(supports) if supports else 0:.3f}",
            str(sum(not one.titles for one in told)),
            f"{statistics.median(one.seconds for one in answers):.2f}",
        ]
        lines.append(f"| {system} | {' | '.join(cells)} |")
    for system, answers in said.items():
        lines += ["", f"{system}: {_stages(answers)}"]
    return "\n".join(lines)


def _stages(answers: Sequence[Said]) -> str:
    """Return the median milliseconds of each stage, of all but the model, the repairs and tokens in sum."""
    stages = sorted({stage for one in answers for stage in one.stages})
    medians = {
        stage: statistics.median(one.stages[stage] for one in answers if stage in one.stages) * 1000 for stage in stages
    }
    own = [
        sum(t for stage, t in one.stages.items() if stage not in MODEL_STAGES) * 1000 for one in answers if one.stages
    ]
    parts = [f"{stage} {value:.0f} ms" for stage, value in medians.items()]
    if own:
        parts.append(f"all but the model {statistics.median(own):.0f} ms")
    for what in ("repairs", "tokens"):
        total: dict[str, int] = {}
        for one in answers:
            for key, value in getattr(one, what).items():
                total[key] = total.get(key, 0) + value
        parts += [f"{key} {value}" for key, value in sorted(total.items())]
    return ", ".join(parts)
