"""Conversations as files: saved and opened again as they were, whoever wrote them, and named after themselves."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.conversation.history import append_turn
from rag.errors import QuestionError
from rag.export import Form
from rag.library import Library
from rag.records import Turn
from tests.export.papers import TEXTS
from ui.page.sharing.conversation_file import MOST_EXCHANGES, read_file, to_file
from ui.page.sharing.export_names import export_name

QUESTION = "What is late interaction in ColBERT?"
REFUSED = "Who won the football world cup in 2018?"
PROPERTY = settings(deadline=None, max_examples=150)


@pytest.fixture(scope="module")
def kept(sample_folder: Path) -> dict[str, Any]:
    """A conversation as the browser keeps it: an answer, a branch of it, a refusal, one that was stopped."""
    with Library.open(sample_folder, create=False) as library:
        first, refused = library.ask(QUESTION), library.ask(REFUSED)

    def exchange(name: str, parent: str | None, question: str, **changed: Any) -> dict[str, Any]:
        plain = {"answer": None, "text": "", "ended": "", "good": None, "note": "", "asked": "2026-11-26T06:08:43.123Z"}
        return {"id": name, "parent": parent, "question": question} | plain | {"filters": {}} | changed

    return {
        "id": "c0ffee",
        "title": "On ColBERT — “late”",
        "started": "2026-11-26T06:08:00+00:00",
        "filters": {"year": "2018..2021", "origin": "", "collections": ["mine"], "only": True},
        "shown": "d",
        "exchanges": [
            exchange("a", None, QUESTION, answer=first.to_dict(), good=True, note="<b>fine</b>"),
            exchange("b", None, "What is it not?", answer=first.to_dict(), filters={"title": "x"}),
            exchange("c", "a", REFUSED, answer=refused.to_dict(), good=False),
            exchange("d", "c", "And?", text="Half of $x", ended="Stopped."),
        ],
    }


def test_a_conversation_is_opened_as_it_was_saved(kept: dict[str, Any]) -> None:
    assert read_file(to_file(kept)) == kept
    assert read_file("\ufeff" + to_file(kept)) == kept
    assert to_file(read_file(to_file(kept))) == to_file(kept)


def test_a_version_that_is_not_there_is_not_the_one_shown(kept: dict[str, Any]) -> None:
    for shown in ("never", None, 3, ["a"]):
        assert read_file(to_file(kept | {"shown": shown}))["shown"] is None


def test_many_papers_that_were_chosen_are_saved(kept: dict[str, Any]) -> None:
    chosen = kept | {"filters": {"papers": list(range(20_000)), "label": "all"}}
    assert read_file(to_file(chosen)) == chosen


def test_what_is_not_known_and_all_html_is_left_out(kept: dict[str, Any]) -> None:
    armed = copy.deepcopy(kept)
    armed["html"] = armed["exchanges"][0]["html"] = "<script>"
    armed["exchanges"][0]["answer"]["html"] = armed["filters"]["html"] = "<script>"
    file = json.loads(to_file(kept))
    assert read_file(json.dumps(file | {"conversation": armed})) == kept
    assert "<script>" not in to_file(armed)


def test_what_can_be_worked_out_is_not_believed(kept: dict[str, Any]) -> None:
    forged = copy.deepcopy(kept)
    answer = forged["exchanges"][0]["answer"]
    answer["support"] = 0.0
    answer["claims"][0]["standing"] = "differs"
    assert read_file(to_file(forged)) == kept


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("exchanges", 0, "answer", "claims", 0, "citations", 0, "quote"), "It was never said."),
        (("exchanges", 0, "answer", "claims", 0, "citations", 0, "start"), -5),
        (("exchanges", 0, "answer", "citations", 0, "quote"), "Nor this."),
        (("exchanges", 0, "answer", "citations", 0, "number"), 0),
        (("exchanges", 0, "answer", "claims", 0, "end"), 10**6),
        (("exchanges", 0, "answer", "text"), 5),
        (("exchanges", 0, "answer", "outcome"), "answered well"),
        (("exchanges", 0, "answer", "papers", 0, "title"), ["a"]),
        (("exchanges", 0, "answer", "papers", 0, "year"), "2020"),
        (("exchanges", 0, "answer", "papers"), []),
        (("exchanges", 0, "answer", "notes"), [1]),
        (("exchanges", 0, "answer", "searched"), None),
        (("exchanges", 0, "answer"), "text"),
        (("exchanges", 2, "answer", "closest", 0, "text"), "Nobody wrote that."),
        (("exchanges", 0, "good"), "yes"),
        (("exchanges", 0, "good"), 1),
        (("exchanges", 0, "question"), None),
        (("exchanges", 0, "id"), "<b>"),
        (("exchanges", 1, "id"), "a"),
        (("exchanges", 0, "parent"), "d"),
        (("exchanges", 3, "parent"), "nobody"),
        (("exchanges", 0, "filters"), {"year": {"a": 1}}),
        (("filters",), "x"),
        (("exchanges",), []),
        (("exchanges",), "abc"),
        (("title",), 7),
    ],
    ids=str,
)
def test_what_is_not_as_it_has_to_be_is_refused_in_one_line(
    kept: dict[str, Any], place: tuple[Any, ...], value: Any
) -> None:
    file = json.loads(to_file(kept))
    at = file["conversation"]
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    with pytest.raises(QuestionError, match="can't be opened as a conversation") as caught:
        read_file(json.dumps(file))
    assert "\n" not in str(caught.value)
    with pytest.raises(QuestionError, match="can't be saved"):
        to_file(file["conversation"])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is empty"),
        ("Dear diary", "neither a saved conversation nor a history"),
        ("[]", "doesn't say that it is one"),
        ('{"exchanges": []}', "doesn't say that it is one"),
        ('{"format": "askpapers-conversation", "version": 2}', "of version '2'"),
        ('{"format": "askpapers-conversation", "version": 1, "conversation": 5}', "not as it has to be"),
        ('{"format": "askpapers-conversation", "version": 1, "conversation": {"a": NaN}}', "NaN is no number"),
        ("[" * 100_000, "not as it has to be"),
        (" " * 20_000_001, "over 20 MB"),
        ('{"question": "q", "answer": 5}', "neither a saved conversation nor a history"),
    ],
    ids=range(10),
)
def test_what_is_no_conversation_says_why(text: str, why: str) -> None:
    with pytest.raises(QuestionError, match=why):
        read_file(text)


def test_more_questions_than_a_conversation_holds_are_refused(kept: dict[str, Any]) -> None:
    one = kept["exchanges"][3] | {"parent": None}
    many = [one | {"id": f"n{place}"} for place in range(MOST_EXCHANGES + 1)]
    assert len(read_file(to_file(kept | {"exchanges": many[1:]}))["exchanges"]) == MOST_EXCHANGES
    with pytest.raises(QuestionError, match="1 to 500 questions"):
        to_file(kept | {"exchanges": many})


def test_what_an_older_file_lacks_is_filled_in(kept: dict[str, Any]) -> None:
    bare = {"exchanges": [{"question": "One?"}, {"question": "Two?"}]}
    opened = read_file(to_file(bare))
    first, second = opened["exchanges"]
    assert opened["title"] == "One?"
    assert (first["parent"], second["parent"]) == (None, first["id"])
    assert set(first) == set(kept["exchanges"][0])


def test_a_history_of_the_command_line_is_opened(samples: Library, tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    answer = samples.ask(QUESTION)
    append_turn(path, Turn(QUESTION, answer))
    one = read_file(path.read_text())
    assert [exchange["question"] for exchange in one["exchanges"]] == [QUESTION]
    append_turn(path, Turn("And?", "Just *text*"))
    opened = read_file(path.read_text())
    first, second = opened["exchanges"]
    assert (opened["title"], first["answer"]) == (QUESTION, answer.to_dict())
    assert (second["text"], second["answer"], second["parent"]) == ("Just *text*", None, first["id"])
    again = read_file(path.read_text())
    assert [one["id"] for one in again["exchanges"]] == [one["id"] for one in opened["exchanges"]]
    assert read_file(to_file(opened)) == opened


def test_a_forged_history_is_refused(samples: Library) -> None:
    answer = samples.ask(QUESTION).to_dict()
    answer["claims"][0]["citations"][0]["quote"] = "It was never said."
    with pytest.raises(QuestionError, match="question 1 can't be read"):
        read_file(json.dumps({"question": "q", "answer": answer}))


@PROPERTY
@given(title=TEXTS, questions=st.lists(TEXTS, min_size=1, max_size=4), note=TEXTS)
@example("\ud83d", ["\U0001f600 \ude00"], "")
def test_whatever_was_typed_is_saved_and_opened(title: str, questions: list[str], note: str) -> None:
    talk = {"title": title, "exchanges": [{"question": one, "note": note, "text": one} for one in questions]}
    opened = read_file(to_file(talk))
    assert read_file(to_file(opened)) == opened
    expected = [one.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for one in questions]
    assert [exchange["question"] for exchange in opened["exchanges"]] == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)


@PROPERTY
@given(data=st.data(), value=JSON)
def test_whatever_stands_in_a_file_it_is_opened_whole_or_refused(
    kept: dict[str, Any], data: st.DataObject, value: Any
) -> None:
    file = json.loads(to_file(kept))
    at = file
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not (isinstance(at[key], dict | list) and at[key]) or data.draw(st.booleans()):
            break
        at = at[key]
    at[key] = value
    try:
        opened = read_file(json.dumps(file))
    except QuestionError:
        return
    assert read_file(to_file(opened)) == opened


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("What is TF/IDF: a \\ or | in <it>?", "What is TF IDF a or in it.md"),
        ("../../etc/passwd", "etc passwd.md"),
        ("CON", "CON_.md"),
        ("lpt1.x", "lpt1_.x.md"),
        ("console", "console.md"),
        ("-rf .hidden. ", "rf .hidden.md"),
        ("深度学习是什么?", "深度学习是什么.md"),
        ("Qu\u2019est-ce que l\u2019\u00e9t\u00e9", "Qu\u2019est-ce que l\u2019\u00e9t\u00e9.md"),
        ("\u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645", "\u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645.md"),
        ("a\u202egpj.exe\n\x00b", "agpj.exe b.md"),
        ("", "conversation.md"),
        ("???", "conversation.md"),
        (f"A {'long ' * 30}title", f"A {'long ' * 14}long.md"),
        ("w" * 200, f"{'w' * 76}.md"),
    ],
)
def test_a_file_is_named_after_its_conversation(title: str, name: str) -> None:
    assert export_name(title, Form.MARKDOWN) == name


@PROPERTY
@given(st.text(max_size=120) | TEXTS | st.sampled_from(["nul", "COM1 .x", "con." + "x" * 90]), st.sampled_from(Form))
@example("é" * 80, Form.MARKDOWN)
@example("e" + "\u0301" * 90, Form.MARKDOWN)
@example("\u0301" * 90, Form.MARKDOWN)
def test_any_title_makes_a_name_that_every_system_takes(tmp_path_factory: Any, title: str, form: Form) -> None:
    name = export_name(title, form)
    assert len(name.encode()) <= 80
    assert name.endswith(form.suffix)
    assert len(name) > len(form.suffix)
    assert not set(name) & set('<>:"/\\|?*\n\r\t\x00')
    assert name == name.strip(" .")
    assert not name.startswith("-")
    assert Path(name).name == name
    assert name.split(".")[0].rstrip().upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1", "COM¹"}
    folder = tmp_path_factory.mktemp("names")
    (folder / name).write_text("x")
    assert [path.name for path in folder.iterdir()] == [name]
