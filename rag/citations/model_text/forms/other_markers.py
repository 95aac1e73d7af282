"""Markers as other tools have taught models to write them, rewritten as `[2]`: tags, LaTeX, raised numbers, links.

What comes out is what markers.py reads. What names no source shown, and isn't plainly a marker, stays as it is.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping

from rag.citations.model_text.forms.marker_contents import DENSE, LONGEST, Pointed, by_address, pointed_at
from rag.citations.model_text.marker_grammar import INSIDE, is_said_in, known_among
from rag.citations.model_text.forms.source_words import ABROAD, LABELS, WITHOUT_SPACES
from rag.citations.model_text.forms.surroundings import ends_clause, needs_values
from rag.records import Paper

REFORMED = "reformed"  # another form than [n]
NAMED = "named"  # authors and year, or a title, in place of a number

TAGS = (
    r"sup|cite|cites|citation|citations|ref|refs|reference|source|sources|src|doc|document|footnote|c|co|quelle|fuente"
)
PAIRED = re.compile(
    rf"<(?P<tag>{TAGS})\b(?P<said>[^<>\n]{{0,120}})>(?P<inside>[^<>\n]{{0,600}}(?:<a [^<>\n]{{0,200}}>[^<>\n]{{0,60}}</a>)?)"
    rf"</(?P=tag)\b(?P<end>[^<>\n]{{0,40}})>",
    re.IGNORECASE,
)
SINGLE_TAG = re.compile(
    rf"<\|?/?(?:{TAGS})(?P<said>[\s:=_/-][^<>\n]{{0,120}})?>|<(?P<bare>\d{{1,2}}(?:, ?\d{{1,2}}){{0,5}})>",
    re.IGNORECASE,
)
LATEX = re.compile(
    r"[~\u00a0 ]?\\(?:[A-Za-z]{0,10}[Cc]ite[A-Za-z]{0,8}|footnote(?:mark|text)?|ref|textsuperscript|supercite)\*?"
    r"(?:\[(?P<option>[^\[\]{}\n]{0,60})\]){0,2}(?:\{(?P<inside>\[?[^{}\n]{1,120})\})?"
)
ESCAPED = re.compile(r"\\\[(?P<inside>[^\[\]\n\\]{1,60})\\\]")
SMALL = r"\d{1,2}(?:[,;]\s?\d{1,2}|[-\u2013]\d{1,2}|\^\d{1,2})*"
POWER = rf"\^(?P<one>\{{\[?{SMALL}\]?\}}|\[{SMALL}\]|\({SMALL}\)|{SMALL})\^?"
IN_MATH = re.compile(rf"\$\s?(?:\{{\}})?{POWER}\s?\$|\\\(\s?(?:\{{\}})?{POWER.replace('one', 'two')}\s?\\\)")
CARET = re.compile(rf"(?<![\d)\]}}^$\\\[])(?:(?<=[^\W\d_]{{3}})|(?<![^\W_]))\s?{POWER}(?![\w.]\w|[\w\],^])")
RAISED = "\u2070\u00b9\u00b2\u00b3\u2074-\u2079"
RAISED_RUN = re.compile(
    rf"(?:(?<=[^\W\d_]{{3}})|(?<=[{DENSE}.,;:!?\"\u201d\u201c\u00bb%'\u3002\uff0c\uff1b\u0964\s]))\u207d?"
    rf"[{RAISED}]{{1,2}}(?:[ ,\u02d2\u02cc\u207b\u2013\u207a-]{{1,2}}[{RAISED}]{{1,2}}){{0,8}}\u207e?(?![\w\u207a\u207b{RAISED}])"
)
UNITS = re.compile(
    r"(?:\b(?:[kcdmnµM]?m|sec|min|mol|rad|log|sin|cos|tan|exp|deg|pixels?|kpc|Mpc|mm|inch|feet|chi|eta|sigma)|\d)$"
)
CIRCLED = re.compile("[\u2460-\u2473\u2776-\u277f\u2474-\u2487]+")
SEARCHED = re.compile("\ue200?cite(?:\ue202turn\\d+[a-z]+\\d+)+\ue201?")
STARTS = re.compile(r"\[/?cite_?(?:start|end)\]\s?", re.IGNORECASE)
CODE_LIKE = re.compile(r"(?<![\w:]):?:cite\[", re.IGNORECASE)
AROUND = re.compile(
    r"(?P<mark>\*\*|__|[*_`\"\u201c\u300c'^(])\s?(?P<inside>(?:\[\d{1,3}\][ ,]?)+)(?P<end>\*\*|__|[*_`\"\u201d\u300d'^)])"
)
CLOSES = {"\u201c": "\u201d", "\u300c": "\u300d", "(": ")"}
DANGLING = re.compile(
    r"(?<=[^\s|])\s+(?:[\u2014\u2013\u2192-]|->|=>|--)\s*(?=(?:\[\d{1,3}\])+[.!?\u3002]?\s*$)", re.MULTILINE
)
BEFORE_CLOSE = {"[": "]", "(": ")", "{": "}", "\u3010": "\u3011", "\uff3b": "\uff3d", "\uff08": "\uff09", "\u3014": "\u3015", "\u3016": "\u3017", "\u300c": "\u300d"}  # fmt: skip
SQUARE = frozenset("[\u3010\uff3b\u3014\u3016")
LINK = re.compile(
    r"\((?P<address>\s?(?:<[^<>\n]{0,300}>|[^\s()<>]{0,300}(?:\([^\s()]{0,60}\)[^\s()]{0,60}){0,3})"
    r"(?:\s{1,3}(?:\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|\([^()\n]{0,200}\)))?\s?)\)"
)
IS_ADDRESS = re.compile(
    r"\s?<?(?:[a-z][a-z0-9+.-]{1,10}:|www\.|[#/.]|[\w-]+\.[a-z]{2,}|\d{1,3}\s*$|\s*$)", re.IGNORECASE
)
ADDRESS = re.compile(
    r"\s?(?:\(\s?<?(?:https?://|www\.)[^()\s]{1,300}\s?\)|<https?://[^<>\s]{1,300}>|:?\s?<?https?://[^\s<>()]{1,300}(?<![.,;:!?])>?)"
)
ALONE = re.compile(r"\s?<?(?:https?://|www\.)[^\s()<>]{1,300}>?\s?")
GENERIC = frozenset(
    "link source here pdf arxiv paper doi url html quelle fuente web website article 链接 来源 出典".split()
)
BARE_ADDRESS = re.compile(r"<?https?://[^\s<>()\[\]]{1,300}(?<![.,;:!?])>?")
LABELLED = re.compile(
    rf"(?P<before>^|[.!?\u3002\uff01\uff1f\u0964\"\u201d)\]*_])[ \t]*(?P<marks>(?:[>*_(\[\u2014\u2013•-][ \t]?){{0,4}})(?:{LABELS}[*_]{{0,2}}\s?[:\uff1a]|(?<=[\u2014\u2013] ))"
    r"[*_]{0,2}[ \t]*(?P<inside>[^\n]{1,240}?)[*_)\] \t]{0,3}(?P<stop>[.\u3002]?)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
DASHED = re.compile(
    r"(?<=\w)\s(?:\u2014|\u2013|--?)\s(?P<inside>[^\n.\u2014\u2013\[\]]{1,120}?(?: et al\.)?[^\n.\u2014\u2013\[\]]{0,20})(?P<stop>[.]?)[ \t]*$",
    re.MULTILINE,
)
MENTION = re.compile(rf"(?P<noun>{WITHOUT_SPACES})\s?(?P<number>\d{{1,2}})(?![\d.])")
MENTION_ABROAD = re.compile(rf"\b(?P<noun>{ABROAD})\s(?:Nr\.\s)?(?P<number>\d{{1,2}})(?![\d.])", re.IGNORECASE)
AUTHORS = re.compile(
    r"(?P<names>[A-Z\u00c0-\u024f][\w'\u2019-]{1,30}(?:(?:,? (?:and|&|und|et|y|e) |, )[A-Z\u00c0-\u024f][\w'\u2019-]{1,30}){0,3}"
    r"(?P<others> (?:et al\.?|and (?:colleagues|others|coworkers)|u\. ?a\.|y (?:otros|cols?\.|colaboradores)|и др\.|et ses collègues)|\s?等人?)?)"
    r"(?P<year>,? ?[(\uff08](?P<number>(?:19|20)\d\d)[a-z]?[)\uff09])?"
)
SENTENCE_END = re.compile(r"(?<!al)[.!?](?:\s|$)|[\u3002\uff01\uff1f\n]")


def plain_markers(text: str, sources: Mapping[int, Paper]) -> tuple[str, Counter[str]]:
    r"""Return a text with every marker of another form as `[n]`, and how often that was needed.

    >>> papers = {1: Paper(7, "One Shot", "We prune.", authors=("A. Frantz",), year=2023)}
    >>> plain_markers(r"So <sup>1</sup>. Or \cite{frantz2023}.", papers)[0]
    'So [1]. Or[1].'
    """
    if not sources:
        return text, Counter()
    return _Rewriter(sources).rewritten(text)


class _Rewriter:
    """Rewrites the markers of one text."""

    def __init__(self, sources: Mapping[int, Paper]) -> None:
        self.sources = sources
        self.repairs: Counter[str] = Counter()

    def rewritten(self, text: str) -> tuple[str, Counter[str]]:
        text = STARTS.sub("", CODE_LIKE.sub("[", text))
        text = SEARCHED.sub(
            lambda one: self._numbered(one, ", ".join(re.findall(r"\d+(?=\ue202|\ue201|$)", one[0]))), text
        )
        for pattern, say in (
            (PAIRED, self._paired), (SINGLE_TAG, self._single), (LATEX, self._latex), (ESCAPED, self._escaped),
            (IN_MATH, self._power), (CARET, self._power), (RAISED_RUN, self._raised), (CIRCLED, self._circled),
        ):  # fmt: skip
            text = _replaced(pattern, say, text)
        text = "\n".join(self._brackets(line) for line in text.split("\n"))
        text = re.sub(r"(?<=\d\])[\u2020\u2021]", "", text)
        text = _replaced(AROUND, self._around, text)
        text = _replaced(BARE_ADDRESS, self._bare_address, text)
        text = _replaced(LABELLED, self._labelled, text)
        text = _replaced(DASHED, self._dashed, text)
        text = _replaced(MENTION, self._mention, text)
        text = _replaced(MENTION_ABROAD, self._mention, text)
        text = _replaced(AUTHORS, self._authors, text)
        return DANGLING.sub(" ", text), self.repairs

    def _said(self, inside: str, *, tolerant: bool = False, bare: bool = True) -> str | None:
        """Return the markers that mean what a text points at; None when it is text, or bare numbers that may be such."""
        pointed = pointed_at(inside, self.sources, tolerant=tolerant)
        if pointed is None or not (bare or pointed.in_words):
            return None
        if not (pointed.in_words or known_among(pointed.ranges, self.sources)):
            return None
        return self._markers(pointed)

    def _markers(self, pointed: Pointed) -> str:
        numbers = list(dict.fromkeys([*known_among(pointed.ranges, self.sources), *pointed.named]))
        self.repairs[NAMED if pointed.named else REFORMED] += 1
        return "".join(f"[{number}]" for number in numbers or [first for first, _ in pointed.ranges])

    def _known(self, inside: str) -> str | None:
        """Return the markers of bare numbers, of which every one must be a source's."""
        pointed = pointed_at(inside, self.sources)
        if pointed is None or not all(first in self.sources and last in self.sources for first, last in pointed.ranges):
            return None
        return self._markers(pointed)

    def _numbered(self, match: re.Match[str], numbers: str) -> str:
        return self._said(numbers) or ""

    def _paired(self, match: re.Match[str], text: str) -> str:
        inside = re.sub(r"<[^<>]*>", " ", match["inside"])
        inside = LINK.sub(" ", inside)
        if not inside.strip() or (said := self._said(inside)) is None:
            attributes = self._attributes(match["said"] + " " + match["end"])
            if attributes is None:
                return match[0] if match["tag"].lower() == "sup" else match["inside"]
            return f"{match['inside']} {attributes}".strip()
        return said if self._said(inside) else match[0]

    def _attributes(self, said: str) -> str | None:
        numbers = re.findall(r"\d{1,2}", said)
        return (
            self._said(", ".join(numbers))
            if numbers and len(numbers) < 2
            else (self._said(numbers[0]) if numbers else None)
        )

    def _single(self, match: re.Match[str], text: str) -> str:
        if match["bare"]:
            before, after = _around(match, text)
            return (self._known(match["bare"]) if ends_clause(before, after) else None) or match[0]
        return self._attributes(match["said"] or "") or match[0]

    def _latex(self, match: re.Match[str], text: str) -> str:
        inside = match["inside"] or match["option"]
        if not inside:
            return match[0]
        return self._said(re.sub(r"(?<=\d),", ";", inside)) or match[0]

    def _escaped(self, match: re.Match[str], text: str) -> str:
        return self._known(match["inside"]) or self._said(match["inside"], bare=False) or match[0]

    def _power(self, match: re.Match[str], text: str) -> str:
        groups = match.groupdict()
        inside = (groups.get("one") or groups.get("two") or "").replace("^", ",")
        return self._known(inside) or match[0]

    def _raised(self, match: re.Match[str], text: str) -> str:
        if UNITS.search(text[max(0, match.start() - 12) : match.start()]):
            return match[0]
        numbers = re.findall(rf"[{RAISED}]{{1,2}}|[\u207b\u2013-]", match[0])
        inside = " ".join("-" if one in "\u207b\u2013-" else f"{int(one.translate(ON_LINE))}," for one in numbers)
        return self._known(inside.replace(", -", " -").rstrip(",")) or match[0]

    def _circled(self, match: re.Match[str], text: str) -> str:
        before, after = _around(match, text)
        if not ends_clause(before, after):
            return match[0]
        numbers = [one for one in map(_circled_number, match[0])]
        return self._known(", ".join(map(str, numbers))) or match[0]

    def _around(self, match: re.Match[str], text: str) -> str:
        return match["inside"] if CLOSES.get(match["mark"], match["mark"]) == match["end"] else match[0]

    def _bare_address(self, match: re.Match[str], text: str) -> str:
        if named := by_address(match[0], self.sources):
            self.repairs[NAMED] += 1
            return f"[{named[0]}]"
        return match[0]

    def _labelled(self, match: re.Match[str], text: str) -> str:
        said = self._said(match["inside"], bare=":" in match[0] or "\uff1a" in match[0])
        if said is None:
            return match[0]
        return f"{match['before']}{' ' if match['before'] else ''}{said}{match['stop']}"

    def _dashed(self, match: re.Match[str], text: str) -> str:
        said = self._said(match["inside"], bare=False)
        return f" {said}{match['stop']}" if said else match[0]

    def _mention(self, match: re.Match[str], text: str) -> str:
        number = int(match["number"])
        return f"{match['noun']} [{number}]" if number in self.sources else match[0]

    def _authors(self, match: re.Match[str], text: str) -> str:
        if not (match["others"] or match["year"]):
            return match[0]
        pointed = pointed_at(match[0], self.sources)
        if pointed is None or not pointed.named:
            return match[0]
        rest = text[match.end() : match.end() + 400]
        end = SENTENCE_END.search(rest)
        marker = f"[{pointed.named[0]}]"
        if marker in rest[: end.end() + 6 if end else 400] or text[match.start() - 1 : match.start()] in ("[", "("):
            return match[0]
        self.repairs[NAMED] += 1
        return f"{match[0]} {marker}"

    def _brackets(self, line: str) -> str:
        """Return a line with its brackets that are markers as `[n]`, the outermost first."""
        done, at = "", 0
        for start, end in _groups(line):
            if start < at:
                continue
            link = LINK.match(line, end) if line[start] in "[" else None
            if link and not IS_ADDRESS.match(link["address"]):
                link = None
            stop = link.end() if link else end
            said = self._bracket(line, start, end, link)
            if said is None:
                continue
            if not said:
                done, at = (done + line[at:start]).rstrip(" "), stop
                continue
            if re.match(r"\[\d", said) and (address := ADDRESS.match(line, stop)):
                stop = address.end()
            done += line[at:start] + said
            at = stop
        return done + line[at:]

    def _bracket(self, line: str, start: int, end: int, link: re.Match[str] | None) -> str | None:
        """Return what stands in the place of a bracket; None when it stays."""
        opener, inside = line[start], line[start + 1 : end - 1]
        if len(inside) > LONGEST or (link is None and is_said_in(line[start:end], self.sources)):
            return None
        if opener in "[\u3010" and INSIDE.fullmatch(inside) and not (link and re.search(r"[\s()]", link["address"])):
            if ADDRESS.match(line, end):
                return line[start:end]
            return None  # read as it is
        flat = LINKED.sub(r"\1", inside)
        if link and link["address"].strip().isdecimal():
            return self._said(f"{flat} {link['address']}")
        before, after = line[:start], line[link.end() if link else end :]
        if opener in SQUARE:
            said = None if _is_values(flat, before, after) else self._said(flat, tolerant=True)
            return said if said is not None or link is None else self._link(inside, link)
        if opener == "{" and before[-1:].isalnum():  # of BibTeX or LaTeX
            return None
        pointed = pointed_at(flat, self.sources)
        if pointed is None:
            return "" if ALONE.fullmatch(inside) else None
        if pointed.in_words and not re.fullmatch(r"\s*[SDPR]\d{1,2}(?:, ?[SDPR]\d{1,2})*\s*", flat):
            return self._markers(pointed)
        if "[" in flat or (ends_clause(before, after) and not _is_values(flat, before, after)):
            return self._known(flat)
        return None

    def _link(self, inside: str, link: re.Match[str]) -> str | None:
        """Return a link that isn't read as a marker: its words, and the source whose address it has."""
        if is_said_in(link["address"].strip(), self.sources) or inside.startswith("^"):
            return None
        if named := by_address(link["address"], self.sources):
            self.repairs[NAMED] += 1
            return f"{inside} [{named[0]}]" if not BARE_ADDRESS.match(inside) and "." not in inside else f"[{named[0]}]"
        return "" if inside.strip(" *_").lower() in GENERIC else inside


LINKED = re.compile(rf"\[([^\[\]\n]*)\]{LINK.pattern.replace('(?P<address>', '(?:')}")
ON_LINE = str.maketrans("\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079", "0123456789")


def _is_values(inside: str, before: str, after: str) -> bool:
    return needs_values(before, after, several=len(re.findall(r"\d+", inside)) > 1)


def _replaced(pattern: re.Pattern[str], say: Callable[[re.Match[str], str], str], text: str) -> str:
    return pattern.sub(lambda match: say(match, text), text)


def _around(match: re.Match[str], text: str) -> tuple[str, str]:
    """Return what stands before and after on the same line, as far as anybody looks."""
    before = text[max(0, match.start() - 60) : match.start()]
    return before.rpartition("\n")[2], text[match.end() : match.end() + 60].partition("\n")[0]


def _circled_number(sign: str) -> int:
    for first in ("\u2460", "\u2776", "\u2474"):
        if 0 <= ord(sign) - ord(first) < 20:  # noqa: PLR2004
            return ord(sign) - ord(first) + 1
    return 0


def _groups(line: str) -> list[tuple[int, int]]:
    """Return where the brackets of a line open and close, those around others first."""
    opened: list[int] = []
    found: list[tuple[int, int]] = []
    for at, character in enumerate(line):
        if character in BEFORE_CLOSE:
            opened.append(at)
        elif character in CLOSING:
            for place in range(len(opened) - 1, max(-1, len(opened) - 6), -1):  # of the last few, the nearest that fits
                if BEFORE_CLOSE[line[opened[place]]] == character:
                    if at - opened[place] <= 2 * LONGEST:
                        found.append((opened[place], at + 1))
                    del opened[place:]
                    break
    return sorted(found)


CLOSING = frozenset(BEFORE_CLOSE.values())
