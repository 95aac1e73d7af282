"""Runs of the evaluation: never NaN, never stopped by one question, taken up where they stopped, compared honestly."""

import json
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from eval.datasets.beir import load_beir
from eval.datasets.drafting import draft_of, known_items
from eval.datasets.labelled_claims import load_labelled
from eval.datasets.questions import GoldQuestion, Nugget, load_questions
from eval.judges.calibration import check_judge
from eval.judges.llm import ModelJudge
from eval.metrics.answers import score
from eval.metrics.intervals import difference_of, mean_of
from eval.reports import comparison_markdown, to_html, to_markdown
from eval.runs.comparison import compare, verdict
from eval.runs.run_file import Run, read_run
from eval.runs.runner import Plan, evaluate
from eval.runs.thresholds import check, read_demand
from rag.answering.suggestions import questions_from
from rag.errors import ModelError, QuestionError, SourceError
from rag.library import Library
from rag.models.llms import load_model
from rag.records import Claim, Paper
from ui.cli.app import app

SET = Path(__file__).resolve().parents[2] / "eval" / "data" / "sample_questions.jsonl"
HOSTILE = "<script>hacked=1</script><img src=x onerror=hacked=1>\"'</details>"
Call = Callable[..., Result]


@pytest.fixture(scope="module")
def questions() -> list[GoldQuestion]:
    return load_questions(SET)


@pytest.fixture
def run(samples: Library, questions: list[GoldQuestion], tmp_path: Path) -> Run:
    return evaluate(samples, questions, tmp_path / "run.jsonl")


@pytest.fixture
def call() -> Call:
    return lambda *arguments: CliRunner().invoke(app, ["eval", *map(str, arguments)])


# Question sets


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 2 is no question"),
        ('{"id": "x"}', "it lacks 'question'"),
        ('{"question": ""}', "line 2"),
        ('{"question": "q", "gold_titles": "one"}', "is no list of texts"),
        ('{"question": "q", "nuggets": [{"text": "a"}]}', "line 2"),
        ("[1]", "line 2"),
        ('{"question": "q", "id": "a"}', "the id 'a' 2 times"),
    ],
)
def test_a_question_that_is_none_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(f'{{"question": "ok", "id": "a"}}\n{line}\n', "utf-8")
    with pytest.raises(SourceError, match=told) as error:
        load_questions(path)
    assert "set.jsonl" in str(error.value)


def test_an_empty_set_is_an_error_and_not_a_perfect_score(tmp_path: Path, samples: Library) -> None:
    (tmp_path / "set.jsonl").write_text("\n")
    with pytest.raises(SourceError, match="holds no question"):
        load_questions(tmp_path / "set.jsonl")
    with pytest.raises(QuestionError, match="no question to ask"):
        evaluate(samples, [], tmp_path / "run.jsonl")
    with pytest.raises(QuestionError, match="nothing to take a mean of"):
        mean_of([])


def test_a_question_needs_nothing_but_itself(tmp_path: Path, samples: Library) -> None:
    (tmp_path / "set.jsonl").write_text('{"question": "What is LoRA?"}\n')
    found = evaluate(samples, load_questions(tmp_path / "set.jsonl"), tmp_path / "run.jsonl")
    assert found.rows[0].id == "line 1"
    assert "support" in found.rows[0].scores
    assert (
        not {"recall@5", "false_refusal", "false_answer", "cited_right", "nugget_recall"} & found.rows[0].scores.keys()
    )


# Runs


def test_a_run_scores_the_answers_that_users_see(run: Run, samples: Library, questions: list[GoldQuestion]) -> None:
    for row, question in zip(run.rows, questions, strict=True):
        assert row.answer == samples.ask(question.question, history=question.history)
        assert row.status == ("scored" if row.answer.answered else "refused")
    assert run.counts() == {"scored": 17, "refused": 5, "error": 0}
    assert run.balanced_accuracy() == 1.0
    means = run.means()
    assert means["recall@5"].n == 17
    assert all(mean.low <= mean.value <= mean.high for mean in means.values())


def test_a_run_comes_back_from_its_file_as_it_was(run: Run, tmp_path: Path) -> None:
    assert read_run(tmp_path / "run.jsonl") == run
    with pytest.raises(SourceError, match="no run of this askpapers"):
        read_run(SET)


def test_a_run_cut_short_goes_on_where_it_stopped(
    run: Run, samples: Library, questions: list[GoldQuestion], tmp_path: Path
) -> None:
    path = tmp_path / "run.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:8]) + lines[8][:100])
    seen: list[int] = []
    again = evaluate(samples, questions, path, watch=lambda done, total: seen.append(done))
    assert seen[0] == 7
    assert [row.id for row in again.rows] == [row.id for row in run.rows]
    assert [row.answer for row in again.rows] == [row.answer for row in run.rows]


def test_the_same_set_up_again_asks_nothing(
    run: Run, samples: Library, questions: list[GoldQuestion], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Library, "ask", lambda *args, **named: pytest.fail("asked"))
    assert evaluate(samples, questions, tmp_path / "run.jsonl") == run


def test_another_set_up_does_not_mix_with_a_run(
    run: Run, samples: Library, questions: list[GoldQuestion], tmp_path: Path
) -> None:
    with pytest.raises(QuestionError, match="another set-up"):
        evaluate(samples, questions[:3], tmp_path / "run.jsonl")
    with pytest.raises(QuestionError, match="another set-up"):
        evaluate(samples, questions, tmp_path / "run.jsonl", Plan(source="other"))


def test_a_question_that_fails_is_a_row_and_is_asked_again_the_next_time(
    sample_folder: Path, questions: list[GoldQuestion], chat_server: Any, tmp_path: Path
) -> None:
    chat_server.says("LoRA freezes the pre-trained weights [1].")
    chat_server.fails(401, "wrong key")
    chosen = [question for question in questions if question.kind in {"fact", "unanswerable"}]
    with Library.open(sample_folder, chat_server.settings()) as library:
        first = evaluate(library, chosen, tmp_path / "run.jsonl")
        failed = [row for row in first.rows if row.status == "error"]
        assert failed
        assert all("key" in row.reason and not row.scores and row.answer is None for row in failed)
        assert first.counts()["error"] + first.counts()["scored"] + first.counts()["refused"] == len(chosen)
        assert "failed:" in to_markdown(first)
        chat_server._replies.clear()
        chat_server.says("LoRA freezes the pre-trained weights [1].")
        assert evaluate(library, chosen, tmp_path / "run.jsonl").counts()["error"] == 0


def test_questions_asked_side_by_side_keep_their_order(
    run: Run, samples: Library, questions: list[GoldQuestion], tmp_path: Path
) -> None:
    side_by_side = evaluate(samples, questions, tmp_path / "more.jsonl", Plan(workers=4))
    assert [row.id for row in side_by_side.rows] == [row.id for row in run.rows]
    assert [row.answer for row in side_by_side.rows] == [row.answer for row in run.rows]


# Statistics and comparing


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_a_mean_lies_within_its_interval_and_the_interval_within_the_values(values: list[float]) -> None:
    found = mean_of(values)
    assert min(values) - 1e-9 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= max(values) + 1e-9


def test_a_real_difference_is_told_from_chance() -> None:
    same = [float(number % 2) for number in range(60)]
    better = [1.0] * 60
    assert verdict("recall@5", difference_of(same, better)) == "better"
    assert verdict("unsupported", difference_of(same, better)) == "worse"
    assert verdict("seconds", difference_of(same, better)) == "more"
    mixed = [float((number + number // 2) % 2) for number in range(60)]
    assert verdict("recall@5", difference_of(same, mixed)) == "no difference shown"
    assert difference_of(same, same).p == 1.0


def test_runs_are_compared_question_by_question(run: Run) -> None:
    worse = replace(
        run,
        rows=tuple(
            replace(row, scores={**row.scores, "nugget_recall": 0.0}) if row.id == "s01" else row for row in run.rows
        ),
    )
    found = compare(run, worse)
    assert found.differences["nugget_recall"].value == pytest.approx(-1 / 18, abs=0.01)
    assert [change.id for change in found.losses] == ["s01"]
    assert not found.wins
    text = comparison_markdown(found)
    assert "Lost: 1" in text
    assert "28.4 BLEU" in text
    with pytest.raises(QuestionError, match="share no question"):
        compare(run, replace(run, rows=()))
    with pytest.raises(QuestionError, match="No question has 'beauty'"):
        compare(run, run, "beauty")


def test_demands_are_floors_and_for_faults_and_costs_ceilings(run: Run) -> None:
    met = [
        one.met
        for one in check(run, [read_demand(text) for text in ("recall@5=.9", "unsupported=0", "faithfulness=1")])
    ]
    assert met == [True, True, True]
    assert not check(run, [read_demand("nugget_recall=.99")])[0].met
    assert not check(run, [read_demand("words=10")])[0].met
    with pytest.raises(QuestionError, match="no score 'beauty'"):
        check(run, [read_demand("beauty=1")])
    with pytest.raises(QuestionError, match="can't be read"):
        read_demand("recall@5")


# Reports


class Seen(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_the_page_of_a_run_holds_every_question_and_asks_nobody(run: Run) -> None:
    html = to_html(run)
    seen = Seen(html)
    assert seen.tags.count("details") == 22
    assert all(not (name in {"src", "href"} and value) for name, value in seen.attributes)
    assert "default-src 'none'" in html
    assert "28.4 BLEU for English to German" in html


def test_hostile_text_stays_text_in_every_report(run: Run) -> None:
    row = run.rows[0]
    assert row.answer is not None
    claim = Claim(HOSTILE, row.answer.claims[0].citations, missing_words=(HOSTILE,))
    bad = replace(row, id=HOSTILE, kind=HOSTILE, question=HOSTILE, reason=HOSTILE, found=(HOSTILE,), gold=(HOSTILE,),
                  missing=(HOSTILE,), answer=replace(row.answer, claims=(claim,), text=HOSTILE))  # fmt: skip
    html = to_html(replace(run, rows=(bad,)))
    assert Seen(html).tags.count("script") == 1
    assert "img" not in Seen(html).tags
    assert "<script>hacked" not in to_markdown(replace(run, rows=(bad,)))


# Judges


def test_a_judge_that_is_a_model_is_reported_beside_the_offline_scores(
    samples: Library, questions: list[GoldQuestion], chat_server: Any
) -> None:
    chat_server.says("**Supported**.", to="Claim 1")
    chat_server.says("missing", to="Fact:")
    model = load_model(chat_server.settings())
    assert model is not None
    judge = ModelJudge(model, chat_server.settings())
    answer = samples.ask(questions[0].question)
    found = score(questions[0], answer, [], judge)
    assert found["judged_supported"] == found["judge_agreement"] == 1.0
    assert found["judged_nuggets"] == 0.0
    asked = len(chat_server.asked)
    assert score(questions[0], answer, [], judge) == found
    assert len(chat_server.asked) == asked  # nothing is asked twice
    model.close()


def test_a_judge_without_a_verdict_is_an_error_and_not_a_score(chat_server: Any) -> None:
    chat_server.says("I like turtles")
    model = load_model(chat_server.settings())
    assert model is not None
    with pytest.raises(ModelError, match="gave no verdict but 'I like turtles'"):
        ModelJudge(model, chat_server.settings())("a claim", ["a text"])
    model.close()


def test_a_scorer_is_measured_on_labelled_claims(tmp_path: Path) -> None:
    rows = [("Tea cools fast.", "SUPPORT"), ("Coffee is a fish.", "NEI"), ("Tea cools slowly.", "CONTRADICT")]
    path = tmp_path / "claims.jsonl"
    path.write_text(
        "".join(json.dumps({"claim": c, "context": ["Tea cools fast."], "verdict": v}) + "\n" for c, v in rows)
    )
    assert [one.kind for one in load_labelled(path)] == ["supported", "unrelated", "contradicted"]
    assert "| the rest | 2 | 1.000 |" in check_judge(path)
    path.write_text('{"claim": "x"}\n')
    with pytest.raises(SourceError, match="line 1 is no labelled claim"):
        load_labelled(path)


# Drafts


def test_a_draft_is_kept_when_its_facts_stand_in_the_abstract() -> None:
    paper = Paper(7, "On tea", "Tea cools from 90 to 60 degrees in 11 minutes.")
    row = draft_of("Question: How fast does tea cool?\nFact: 11 minutes\nFact: two hours", paper)
    assert row is not None
    assert row["nuggets"] == [{"text": "11 minutes", "any_of": ["11 minutes"]}]
    assert row["gold_titles"] == ["On tea"]
    assert draft_of("Question: How fast?\nFact: two hours", paper) is None
    assert draft_of("Tea is nice.", paper) is None


def test_drafts_without_a_model_are_known_item_questions_that_the_loader_reads(
    samples: Library, tmp_path: Path
) -> None:
    rows = known_items(list(samples.selected()), 10)
    path = tmp_path / "drafts.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    found = load_questions(path)
    assert len(found) == 10
    assert {one.kind for one in found} == {"known-item"}
    assert evaluate(samples, found, tmp_path / "run.jsonl").means()["recall@5"].value >= 0.9
    assert questions_from([], lambda question: True) == ()


# The command line


def test_the_command_runs_demands_and_reports(call: Call, sample_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "run.jsonl"
    done = call("run", "--library", sample_folder, "--questions", SET, "--out", out, "--json", "--min", "recall@5=.9")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["counts"] == {"scored": 17, "refused": 5, "error": 0}
    short = call("run", "--library", sample_folder, "--questions", SET, "--out", out, "--min", "nugget_recall=.99")
    assert short.exit_code == 1
    assert "nugget_recall is 0.912, wanted 0.99" in short.stderr
    assert call("report", out, "--out", tmp_path / "run.html").exit_code == 0
    assert (tmp_path / "run.html").read_text("utf-8").startswith("<!doctype html>")
    assert "| recall@5 |" in call("report", out).stdout
    assert "Lost: 0" in call("compare", out, out).stdout


def test_a_judge_spends_nothing_before_somebody_agrees(
    call: Call, sample_folder: Path, tmp_path: Path, chat_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", chat_server.url)
    given = ("--library", sample_folder, "--questions", SET, "--out", tmp_path / "run.jsonl", "--llm", "extractive")
    judged = call("run", *given, "--judge", "openai:tiny")
    assert "about 110 calls and 35,200 tokens. Say --yes to go on" in str(judged.exception)
    assert not chat_server.asked


def test_nuggets_count_by_any_of_their_forms() -> None:
    question = GoldQuestion("q", "k", "q", (), frozenset(), frozenset(), (Nugget("two", ("2", "two")),))
    assert question.labelled
    assert not question.answerable


# Folders in the form of BEIR


def beir(folder: Path, qrels: str, queries: str = '{"_id": "q1", "text": "How does LoRA adapt a model?"}') -> Path:
    (folder / "qrels").mkdir()
    (folder / "queries.jsonl").write_text(queries + "\n")
    (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{qrels}\n")
    return folder


def test_a_beir_folder_is_a_question_set(call: Call, sample_folder: Path, tmp_path: Path) -> None:
    beir(tmp_path, "q1\thu2021lora\t1\nq1\tbrown2020language\t0")
    done = call("run", "--library", sample_folder, "--questions", tmp_path, "--out", tmp_path / "run.jsonl", "--json")
    assert done.exit_code == 0, done.exception
    means = json.loads(done.stdout)["means"]
    assert means["success@1"]["value"] == means["ndcg@10"]["value"] == 1.0
    assert read_run(tmp_path / "run.jsonl").rows[0].gold == ("hu2021lora",)


@pytest.mark.parametrize(
    ("qrels", "queries", "told"),
    [
        ("q2\td\t1", '{"_id": "q1", "text": "x"}', "judges the query 'q2'"),
        ("q1\td\tyes", '{"_id": "q1", "text": "x"}', "test.tsv can't be read"),
        ("q1\td\t1", '{"_id": "q1"}', "queries.jsonl can't be read"),
        ("", '{"_id": "q1", "text": "x"}', "judges no query"),
    ],
)
def test_a_beir_folder_that_is_broken_names_the_file(tmp_path: Path, qrels: str, queries: str, told: str) -> None:
    with pytest.raises(SourceError, match=told):
        load_beir(beir(tmp_path, qrels, queries))


def test_a_folder_without_judgements_says_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "queries.jsonl").write_text('{"_id": "q1", "text": "x"}\n')
    with pytest.raises(SourceError, match="has no judgements"):
        load_beir(tmp_path)


@pytest.mark.papers
def test_the_shared_beir_folder_is_read_whole(shared: Path) -> None:
    found = load_beir(shared / "bench" / "scifact")
    assert len(found) == 809
    assert all(one.answerable for one in found)


def test_a_judge_that_was_agreed_to_is_asked_and_named_in_the_run(
    call: Call, sample_folder: Path, tmp_path: Path, chat_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", chat_server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    chat_server.says("supported", to="Claim 1")
    chat_server.says("given", to="Fact:")
    (tmp_path / "set.jsonl").write_text(SET.read_text("utf-8").splitlines(keepends=True)[0], "utf-8")
    given = ("--library", sample_folder, "--questions", tmp_path / "set.jsonl", "--out", tmp_path / "run.jsonl")
    done = call("run", *given, "--llm", "extractive", "--judge", "openai:tiny", "--yes", "--json")
    assert done.exit_code == 0, done.exception
    told = json.loads(done.stdout)
    assert told["means"]["judged_supported"]["value"] == told["means"]["judged_nuggets"]["value"] == 1.0
    assert "tiny" in told["about"]["judge"]
    assert chat_server.asked
