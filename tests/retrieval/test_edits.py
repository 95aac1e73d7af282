"""How far words are apart, and which stems a mistyped word may have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.edits import distance, stems_near
from rag.text.words import stem

WORDS = st.text("abcdef", min_size=1, max_size=9)
LIBRARY = ("attention", "dropout", "training", "theories", "optimization", "regularization", "tokens", "images")


def plain_distance(one: str, other: str) -> int:
    """Return the distance by its definition: the whole table, nothing left out."""
    table = [[max(i, j) if not i or not j else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            ways = [
                table[i - 1][j] + 1,
                table[i][j - 1] + 1,
                table[i - 1][j - 1] + (one[i - 1] != other[j - 1]),
            ]
            if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
                ways.append(table[i - 2][j - 2] + 1)
            table[i][j] = min(ways)
    return table[-1][-1]


@given(WORDS, WORDS, st.integers(0, 3))
def test_a_distance_is_that_of_the_whole_table_up_to_the_most(one: str, other: str, most: int) -> None:
    assert distance(one, other, most) == min(plain_distance(one, other), most + 1)


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        ("dropuot", "dropout"),  # before the ending
        ("trianing", "training"),
        ("trainign", "training"),  # in the ending
        ("traniing", "training"),  # across both
        ("theoreis", "theories"),
        ("otpimization", "optimization"),
        ("optimzation", "optimization"),
        ("regularizaiton", "regularization"),
        ("atention", "attention"),
        ("attenttion", "attention"),
        ("tokans", "tokens"),
        ("imgaes", "images"),
        ("regulraizatoin", "regularization"),  # two
    ],
)
def test_the_stem_of_the_word_meant_is_among_those_near(mistyped: str, meant: str) -> None:
    most = 2 if len(mistyped) >= 8 else 1
    stems = {stem(word): 3 for word in LIBRARY}
    assert stem(meant) in stems_near(mistyped, stems, most)


@given(st.sampled_from(LIBRARY), st.data())
def test_one_letter_changed_before_the_ending_is_always_seen(word: str, data: st.DataObject) -> None:
    known = stem(word)
    at = data.draw(st.integers(1, len(known) - 2))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    mistyped = word[:at] + letter + word[at + 1 :]
    assert mistyped == word or known in stems_near(mistyped, [known], 1)


def test_no_stems_and_endless_words_are_near_to_nothing() -> None:
    assert stems_near("dropuot", [], 1) == {}
    assert stems_near("a" * 1000, ["a" * 999], 2) == {}
    assert stems_near("dropuot", ["naïv", "dröpout"], 1) == {}
