"""Papers that a model was shown, and texts that it might write about them: markers of every form among other signs."""

from hypothesis import settings
from hypothesis import strategies as st

from rag.citations.model_text.clauses import Sentence
from rag.citations.model_text.forms.shielding import shielded
from rag.citations.model_text.markers import read_markers
from rag.citations.numbering import cite
from rag.citations.rendering import Part, render
from rag.records import Answer, Citation, Claim, Outcome, Paper, Searched, Turn

PROPERTY = settings(deadline=None, max_examples=200)

SOURCES = {
    1: Paper(
        1,
        "Late Interaction",
        r"Scores lie in [1, 3] and in $\left[1, 3\right]$ (Tokyo, 1999).",
        authors=("Omar Khattab", "Matei Zaharia"),
        year=2020,
    ),
    2: Paper(2, "Dense Passages", "Two encoders are trained.", authors=("Vladimir Karpukhin", "A B", "C D"), year=2020),
    3: Paper(3, "Sparse Terms", "An index of terms is kept.", authors=("Mónica Núñez-Peña",), year=2019),
}

MARKERS = "[1]|[2]|[3]|[9]|[1, 2]|[1-3]|[0, 1]|[2.4]|【1†source】|[Source 2]|(Source 2)|(see abstract 2)|([1])|[[2]]"
PROSE = "According to source 2, |Source 3 |sources 1 and 2|in |by |(Khattab et al., 2020)|(Smith, 1999)|ranking |is"
BITS = "[|]|【|】|(|)|(see |-|–|--|,|;|&| and | to |.|. |! |? |\n|\n\n|\n- |\n1. |\r\n|\t| |  |\u2028|\x1c|\xa0|\u2009"  # noqa: RUF001
MORE = "1|2|9|0|12|٣|²|†|#|# |^|*|**|a|B |ß|模型|。|e\u0301|😀|\0|\ud800|source |References|$|\\left[|:|\u200b"
STRANGE = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
HOSTILE = st.lists(st.sampled_from(f"{MARKERS}|{PROSE}|{BITS}|{MORE}".split("|")) | STRANGE, max_size=40).map("".join)


def is_plain(text: str) -> bool:
    """Tell whether a text has no index, interval or formula, whose brackets stay."""
    return shielded(text, SOURCES) == text


FIRST = "Token vectors are kept for late interaction."
SECOND = "Two encoders are trained on pairs of texts."


def claiming(text: str) -> list[Sentence]:
    return [sentence for sentence in read_markers(text, SOURCES).sentences if not sentence.frame]


def read(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(sentence.text, sentence.numbers) for sentence in claiming(text)]


def answer_citing(citations: list[Citation]) -> Answer:
    return Answer("", Outcome.ANSWERED, "", (), tuple(citations), (), Searched(3, ""), "scripted")


def rendered(text: str) -> str:
    """Return the text of an answer whose claims are the sentences of a model's text, cited under the same numbers."""
    numbers = {number: cite(number, paper, 0, 8) for number, paper in SOURCES.items()}

    def part(sentence: Sentence) -> Part:
        written = tuple(
            one if isinstance(one, str) else tuple(SOURCES[n].paper_id for n in one) for one in sentence.written
        )
        return Part(sentence.lead, written, Claim(sentence.text, tuple(numbers[n] for n in sentence.numbers)))

    history = [Turn("", answer_citing(list(numbers.values())))]
    return render([part(sentence) for sentence in read_markers(text, SOURCES).sentences], history).text
