"""Markers as other tools have taught models to write them, rewritten as `[2]`: tags, LaTeX, raised numbers, links.

What comes out is what markers.py reads. What names no source shown, and isn't plainly a marker, stays as it is.
"""

import re
from collections import Counter
from collections.abc import Mapping

from rag.citations.model_text.forms import patterns
from rag.citations.model_text.forms.brackets import BARE_ADDRESS, LINKED, plain_brackets
from rag.citations.model_text.forms.marker_contents import pointed_at
from rag.citations.model_text.forms.saying import NAMED, Saying
from rag.citations.model_text.forms.shielding import outside_code
from rag.citations.model_text.forms.surroundings import ends_clause
from rag.citations.model_text.marker_grammar import INSIDE, is_said_in
from rag.records import Paper

NEARBY = 60  # characters before and after that tell what a number is
REST = 400  # characters of a sentence within which its own marker is looked for
WORD = re.compile(r"\w+[)\]|]?\Z")
FIRSTS = 20  # circled numbers in a row


def plain_markers(text: str, sources: Mapping[int, Paper]) -> tuple[str, Counter[str]]:
    r"""Return a text with every marker of another form as `[n]`, and how often that was needed.

    >>> papers = {1: Paper(7, "One Shot", "We prune.", authors=("A. Frantz",), year=2023)}
    >>> plain_markers(r"So <sup>1</sup>. Or \cite{frantz2023}.", papers)[0]
    'So [1]. Or[1].'
    """
    if not sources:
        return text, Counter()
    rewriter = _Rewriter(sources)
    return rewriter.rewritten(text), rewriter.saying.repairs


def plain_signs(text: str, sources: Mapping[int, Paper]) -> str:
    r"""Return a text with the markers as `[n]` that would look like formulas: `##1$$`, `\[1.2\]`."""

    def instead(match: re.Match[str]) -> str:
        number = match["number"] or match["of"]
        return f"[{number}]" if int(number) in sources else match[0]

    return outside_code(text, lambda part: patterns.IN_SIGNS.sub(instead, part))


class _Rewriter:
    """Rewrites the markers of one text; each method takes what a pattern found and returns what stands there then."""

    def __init__(self, sources: Mapping[int, Paper]) -> None:
        self.sources = sources
        self.saying = Saying(sources)

    def rewritten(self, text: str) -> str:
        """Return a text with its markers as `[n]`: signs first, then brackets, then what stands in words."""
        text = patterns.STARTS.sub("", patterns.ROLE.sub("[", text))
        for pattern, instead in (
            (patterns.SEARCHED, self._searched), (patterns.PAIRED, self._paired), (patterns.SINGLE, self._single),
            (patterns.LATEX, self._latex), (patterns.ESCAPED, self._escaped), (patterns.IN_MATH, self._power),
            (patterns.CARET, self._power), (patterns.RAISED_RUN, self._raised), (patterns.CIRCLED, self._circled),
        ):  # fmt: skip
            text = pattern.sub(instead, text)
        text = "\n".join(plain_brackets(line, self.saying) for line in text.split("\n"))
        text = patterns.AROUND.sub(_bare, patterns.DAGGER.sub("", text))
        for pattern, instead in (
            (BARE_ADDRESS, self._address), (patterns.LABELLED, self._labelled), (patterns.DASHED, self._dashed),
            (patterns.MENTION, self._mention), (patterns.MENTION_ABROAD, self._mention),
            (patterns.AUTHORS, self._authors),
        ):  # fmt: skip
            text = pattern.sub(instead, text)
        return patterns.DANGLING.sub(" ", text)

    def _searched(self, match: re.Match[str]) -> str:
        numbers = re.findall(r"\d+(?=\ue202|\ue201|$)", match[0])
        return self.saying.said(", ".join(numbers)) or ""

    def _paired(self, match: re.Match[str]) -> str:
        inside = LINKED.sub(r"\1", re.sub(r"<[^<>]*>", " ", match["inside"]))
        if inside.strip() and (said := self.saying.said(inside)):
            return said
        if said := self._attribute(f"{match['said']} {match['end']}"):
            return f"{match['inside']} {said}".strip()
        return match[0] if match["tag"].lower() == "sup" else match["inside"]

    def _attribute(self, attributes: str) -> str | None:
        """Return the marker of the first number among a tag's attributes: `index="1-3"` is of source 1."""
        number = re.search(r"\d{1,2}", attributes)
        return self.saying.said(number[0]) if number else None

    def _single(self, match: re.Match[str]) -> str:
        if match["bare"]:
            return (self.saying.known(match["bare"]) if ends_clause(*_around(match)) else None) or match[0]
        return self._attribute(match["said"] or "") or match[0]

    def _latex(self, match: re.Match[str]) -> str:
        inside = match["inside"] or match["option"] or ""
        return self.saying.said(re.sub(r"(?<=\d),", ";", inside)) or match[0]  # a,b are keys of two papers

    def _escaped(self, match: re.Match[str]) -> str:
        return self.saying.known(match["inside"]) or self.saying.said(match["inside"], bare=False) or match[0]

    def _power(self, match: re.Match[str]) -> str:
        if self._is_formula(match):
            return match[0]
        numbers = re.sub(r"\\[a-z]+", "", next(filter(None, match.groups()))).replace("^", ",")
        return self.saying.known(numbers) or match[0]

    def _raised(self, match: re.Match[str]) -> str:
        before = match.string[max(0, match.start() - 12) : match.start()]
        if patterns.UNITS.search(before) or self._is_formula(match):
            return match[0]
        numbers = re.findall(rf"[{patterns.RAISED}]{{1,2}}|[\u207b\u2013-]", match[0])
        inside = ",".join("-" if one in "\u207b\u2013-" else one.translate(patterns.ON_LINE) for one in numbers)
        return self.saying.known(inside.replace(",-,", "-")) or match[0]

    def _is_formula(self, match: re.Match[str]) -> bool:
        """Tell whether a raised number is an exponent: what it stands on has it in a source too, or is no prose."""
        base = match.string[max(0, match.start() - NEARBY) : match.start()].rpartition(" ")[2]
        word = WORD.search(base)
        said = word is not None and is_said_in(word[0] + match[0], self.saying.sources)
        return said or patterns.TERM.search(base) is not None

    def _circled(self, match: re.Match[str]) -> str:
        if not ends_clause(*_around(match)):
            return match[0]
        return self.saying.known(", ".join(map(_circled, match[0]))) or match[0]

    def _address(self, match: re.Match[str]) -> str:
        return self.saying.of_address(match[0]) or match[0]

    def _labelled(self, match: re.Match[str]) -> str:
        said = self.saying.said(match["inside"], bare=":" in match[0] or "\uff1a" in match[0])
        return f"{match['before']}{' ' * bool(match['before'])}{said}{match['stop']}" if said else match[0]

    def _dashed(self, match: re.Match[str]) -> str:
        said = self.saying.said(match["inside"], bare=False)
        return f" {said}{match['stop']}" if said else match[0]

    def _mention(self, match: re.Match[str]) -> str:
        number = int(match["number"])
        return f"{match['noun']} [{number}]" if number in self.sources else match[0]

    def _authors(self, match: re.Match[str]) -> str:
        """Return names that stand for a paper in a sentence, with its marker unless the sentence has it anyway."""
        text = match.string
        pointed = pointed_at(match[0], self.sources) if match["others"] or match["year"] else None
        if pointed is None or not pointed.named or text[match.start() - 1 : match.start()] in ("[", "("):
            return match[0]
        rest = text[match.end() : match.end() + REST]
        end = patterns.SENTENCE_END.search(rest)
        marker = f"[{pointed.named[0]}]"
        if marker in rest[: end.end() + len(" [99]") if end else REST]:
            return match[0]
        self.saying.repairs[NAMED] += 1
        return f"{match[0]} {marker}"


def _bare(match: re.Match[str]) -> str:
    """Return markers without the marks around them."""
    whole = all(INSIDE.fullmatch(one) for one in re.findall(r"\[([^\[\]]*)\]", match["inside"]))
    return match["inside"] if whole and patterns.CLOSES.get(match["mark"], match["mark"]) == match["end"] else match[0]


def _around(match: re.Match[str]) -> tuple[str, str]:
    """Return what stands before and after on the same line, as far as anybody looks."""
    before = match.string[max(0, match.start() - NEARBY) : match.start()]
    return before.rpartition("\n")[2], match.string[match.end() : match.end() + NEARBY].partition("\n")[0]


def _circled(sign: str) -> str:
    """Return the number within a circle."""
    places = (ord(sign) - ord(first) for first in patterns.FIRST_CIRCLED)
    return str(next((place + 1 for place in places if 0 <= place < FIRSTS), 0))
