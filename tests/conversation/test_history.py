"""Conversations kept in a file, and answers as plain JSON and back."""

import json
from pathlib import Path

import pytest

from rag.conversation.history import append_turn, check_writable, read_history
from rag.errors import SourceError, StorageError
from rag.library import Library
from rag.records import Answer, Filters, Turn

QUESTION = "What is late interaction in ColBERT?"


@pytest.mark.parametrize("question", [QUESTION, "Who won the football world cup in 2018?"], ids=["answered", "refused"])
def test_an_answer_survives_json(samples: Library, question: str) -> None:
    answer = samples.ask(question, filters=Filters(year_from=1990), history=[Turn("What is BERT?")])
    again = Answer.from_dict(json.loads(json.dumps(answer.to_dict())))
    assert again == answer
    assert dict(again.timings) == dict(answer.timings)
    assert again.to_dict() == answer.to_dict()


def test_turns_come_back_in_their_order_and_papers_keep_their_numbers(samples: Library, tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    assert read_history(path) == []
    first = samples.ask(QUESTION)
    append_turn(path, Turn(QUESTION, first))
    append_turn(path, Turn("And?", "Just text — with “quotes”\nand a line"))
    turns = read_history(path)
    assert turns == [Turn(QUESTION, first), Turn("And?", "Just text — with “quotes”\nand a line")]
    follow_up = samples.ask("How does LoRA differ from full fine-tuning?", history=turns)
    assert {c.number for c in follow_up.citations}.isdisjoint({c.number for c in first.citations})


def test_a_turn_written_by_hand_is_read(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_text('\n{"question": "What is BERT?", "answer": "An encoder."}\n\n', "utf-8")
    assert read_history(path) == [Turn("What is BERT?", "An encoder.")]


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[]",
        '"text"',
        "{}",
        '{"question": "q"}',
        '{"question": 1, "answer": "a"}',
        '{"question": "q", "answer": 7}',
        '{"question": "q", "answer": {}}',
        '{"question": "q", "answer": {"papers": 3}}',
        '{"question": "q", "answer": {"papers": [{"paper_id": 1}]}}',
    ],
)
def test_a_line_that_is_no_turn_is_told_with_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_text(f'{{"question": "q", "answer": "a"}}\n{line}\n', "utf-8")
    with pytest.raises(SourceError, match=r"talk\.jsonl line 2: .*Each line needs") as caught:
        read_history(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="can't be read"):
        read_history(tmp_path)
    with pytest.raises(StorageError, match="can't be written"):
        append_turn(tmp_path / "none" / "talk.jsonl", Turn("q", "a"))
    (tmp_path / "latin.jsonl").write_bytes(b'{"question": "\xe9", "answer": ""}\n')
    with pytest.raises(SourceError, match="can't be read"):
        read_history(tmp_path / "latin.jsonl")


def test_a_question_may_hold_any_character(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    turns = [Turn("line\u2028separator\x85and\nfeed", "a"), Turn("half \ud83d of an emoji", "b")]
    for turn in turns:
        append_turn(path, turn)
    assert read_history(path) == turns


def test_a_last_line_without_its_end_is_not_glued_to_the_next_turn(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_text('{"question": "q", "answer": "a"}', "utf-8-sig")
    append_turn(path, Turn("And?", "b"))
    assert read_history(path) == [Turn("q", "a"), Turn("And?", "b")]


def test_a_check_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_text("x", "utf-8")
    check_writable(path)
    assert path.read_text("utf-8") == "x"
    with pytest.raises(StorageError, match="can't be written"):
        check_writable(tmp_path / "none" / "talk.jsonl")
