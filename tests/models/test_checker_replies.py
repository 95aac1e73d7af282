"""Verdicts are read however a model writes them; what can't be read is no verdict, and nothing raises."""

import json
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models.checkers.replies import verdicts_in

Words = dict[int, str]


def words(reply: str, asked: int) -> Words:
    return {number: said.word for number, said in verdicts_in(reply, asked).items()}


@pytest.mark.parametrize(
    "reply",
    [
        "1: supported 2.1, 2.4\n2: partly 1.3\n3: not",
        "1. Supported\n2. Partially supported\n3. Not supported",
        "- 1: **supported**\n- 2: **partly**\n- 3: **not**",
        "* **1:** Supported\n* **2:** Partly\n* **3:** Unsupported",
        "Claim 1 - Supported (2.1)\nClaim 2 - Partly supported (1.3)\nClaim 3 - Not supported (1.2)",
        "Claim 1 (cites 2): supported\nClaim 2 (cites 1): partly\nClaim 3 (cites 1, 2): not",
        "| claim | verdict |\n|---|---|\n| 1 | supported |\n| 2 | partly |\n| 3 | not supported |",
        "<think>1: not, or 2: supported? Hm.</think>\n1: supported\n2: partly\n3: not",
        "I think first: 1: not\n</think>\n1: supported\n2: partly\n3: not",
        "Here are the verdicts.\n\n1) yes\n2) in part\n3) no.",
        "Claim 1: Adam is not slow.\nVerdict: supported\nClaim 2: It is.\nVerdict: partly\nClaim 3: So.\nVerdict: not",
        "1: Adam is not slow. -> supported\n2: It is fast. -> partly\n3: Bees dance. -> not",
        "1: The claim is fully supported by 2.1.\n2: It is not fully supported.\n3: This claim is contradicted by 1.1.",
        "supported\npartly\nnot",
        '[{"claim": 1, "verdict": "supported"}, {"claim": 2, "verdict": "partly"}, {"claim": 3, "verdict": "not"}]',
        '```json\n{"all": [{"id": "1", "label": "Supported"}, {"id": 2, "label": "partly"}, {"id": 3, "label": "no"}]}',
        '{"1": "supported 2.1", "2": {"verdict": "partly"}, "claim 3": ["not", "1.1"]}',
        '["supported", "partly", "not"]',
        '{"claim": 1, "verdict": "supported"}\n{"claim": 2, "verdict": "partly"}\n{"claim": 3, "verdict": "not"}',
    ],
)
def test_verdicts_are_read_in_whatever_form_a_model_gives_them(reply: str) -> None:
    assert words(reply, 3) == {1: "supported", 2: "partly", 3: "not"}


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "Well, that depends.",
        "1: not sure",
        "1: supported/partly/not",
        "1: supported or not?",
        "1.2 supports it",
        "7: not",
    ],
)
def test_what_is_no_verdict_on_a_claim_that_was_asked_about_is_none(reply: str) -> None:
    assert words(reply, 1) == {}


@pytest.mark.parametrize(
    ("reply", "places"),
    [
        ("1: supported 2.1, 2.4", ((2, 1), (2, 4))),
        ("1: supported (sentences 2.1 and 2.10).", ((2, 1), (2, 10))),
        ("**1**: **supported** [2.1-2.3]", ((2, 1), (2, 2), (2, 3))),
        ("Claim 1\nVerdict: supported\nEvidence: 1.2; 2.2", ((1, 2), (2, 2))),
        ('{"claim": 1, "verdict": "supported", "sentences": [2.10, "1.3"]}', ((2, 10), (1, 3))),
        ("1: supported. Accuracy rises to 3.4 points.", ()),
        ("1: supported", ()),
    ],
)
def test_the_sentences_named_right_behind_a_verdict_are_those_it_rests_on(
    reply: str, places: tuple[tuple[int, int], ...]
) -> None:
    assert verdicts_in(reply, 1)[1].places == places


PIECES = ["1", "2", "99", ": ", "supported", "not ", "partly", "\n", "- ", "**", "|", "2.1", "-", "(", ")", "<think>",
          "</think>", "{", "}", "[", "]", '"', '"verdict"', '"claim"', ",", "→", "Claim ", "is ", "9" * 50]  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)), st.integers(1, 5))
def test_no_reply_raises_or_gives_a_verdict_on_a_claim_that_was_not_asked_about(reply: str, asked: int) -> None:
    found = verdicts_in(reply, asked)
    assert found.keys() <= set(range(1, asked + 1))
    assert all(said.word in {"supported", "partly", "not"} for said in found.values())


NAMES = st.sampled_from(["claim", "verdict", "1", "2", "sentences"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner)))
def test_no_json_raises_or_gives_a_verdict_on_a_claim_that_was_not_asked_about(value: object) -> None:
    assert verdicts_in(json.dumps(value), 1).keys() <= {1}


@given(
    st.lists(st.sampled_from(["supported", "partly", "not"]), min_size=1, max_size=20),
    st.sampled_from(["{n}: {w}", "- **{n}.** {w}", "Claim {n} - {w} (1.1)", "| {n} | {w} | 1.1 |", "{n}) {w}, 1.1"]),
)
def test_what_was_written_is_what_is_read(said: list[str], form: str) -> None:
    reply = "\n".join(form.format(n=number, w=word) for number, word in enumerate(said, start=1))
    assert words(reply, len(said)) == dict(enumerate(said, start=1))


@pytest.mark.parametrize("piece", ["[", "{", "*", " \t", "* ", "1 ", "<think>", "- -", '{"1":', "→ "])
def test_a_reply_made_to_be_slow_is_read_nevertheless(piece: str) -> None:
    started = process_time()
    verdicts_in(piece * 100_000, 5)
    assert process_time() - started < 20  # no measure of speed: it would take hours, were it not bounded
