r"""Text as LaTeX: what a record says is what LaTeX prints, and what BibTeX, biber and their parsers can read.

Letters stay Unicode, as LaTeX and biber read it today. A formula between dollar signs stays as it is when it can't
break a file; everything else is taken literally, also a backslash. Parsers disagree on `\{`: BibTeX counts it as a
brace, bibtexparser doesn't. So it stands only where its partner does, and a brace alone is spelled out.
"""

import re
from collections.abc import Iterator

from rag.export.text import formulas

SPELLED = {
    "\\": r"{\textbackslash}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    "<": r"{\textless}",
    ">": r"{\textgreater}",
    "|": r"{\textbar}",
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
} | {character: f"\\{character}" for character in "%&#_$"}
LIGATURES = frozenset({"--", "``", "''", ",,", "?`", "!`"})  # what TeX would print as another character
DEEPEST = 20  # braces in braces; pybtex gives up at 100

BREAKING = re.compile(r"(?<!\\)[%#&]|\\[\\`'\"^~=.]")  # a comment, parameter, column, new line; an accent of text
WORD = re.compile(r"\S+")
HYPHENS = re.compile(r"[-‐–/]")  # noqa: RUF001
LONG_WORD = 4  # letters from which a word has a capital in title case


def escaped(text: str) -> str:
    r"""Return a text on one line as LaTeX.

    >>> print(escaped("50% of $x_i$ & a_b {c}"))
    50\% of $x_i$ \& a\_b \{c\}
    """
    return "".join(piece if kept else "".join(_spelled(piece)) for piece, kept in _pieces(text))


def escaped_title(title: str) -> str:
    r"""Return a title as LaTeX, its names and formulas in braces: many styles write titles in lower case.

    >>> print(escaped_title("Training GPT-4 on ImageNet for $O(N)$ Time"))
    Training {GPT-4} on {ImageNet} for {$O(N)$} Time
    >>> print(escaped_title("Deep learning of Gaussian processes: A review"))
    Deep learning of {Gaussian} processes: A review
    """
    names_alone = _is_sentence_case(title)
    found: list[str] = []
    opens = True  # a sentence starts here, so that a capital says nothing
    for piece, kept in _pieces(title):
        if kept:
            found.append(f"{{{piece}}}")
            opens = False
            continue
        spelled = _spelled(piece)
        for match in WORD.finditer(piece):
            core = [place for place in range(*match.span()) if piece[place].isalnum()]
            if core and _is_name(piece[core[0] : core[-1] + 1], any_capital=names_alone and not opens):
                spelled[core[0]] = "{" + spelled[core[0]]
                spelled[core[-1]] += "}"
            opens = match[0].endswith((":", ".", "?", "!"))
        found.append("".join(spelled))
    return "".join(found)


def verbatim(text: str) -> str:
    """Return an address or id that LaTeX must not touch; what would break the file is percent-encoded.

    >>> verbatim("https://a.org/x_y%20?q={z}")
    'https://a.org/x_y%20?q=%7Bz%7D'
    """
    return re.sub(r"[\s{}\\]", lambda match: f"%{ord(match[0]):02X}", text)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a text, each with whether it is a formula that can stay as it is."""
    return ((piece, formula and _is_safe(piece)) for piece, formula in formulas(text))


def _is_safe(formula: str) -> bool:
    r"""Tell whether a formula breaks neither a file nor a document, with `\{` counted as a brace and without."""
    return not BREAKING.search(formula) and all(
        _is_balanced(braces) for braces in (re.findall(r"[{}]", formula), re.findall(r"(?<!\\)[{}]", formula))
    )


def _is_balanced(braces: list[str]) -> bool:
    depth = 0
    for brace in braces:
        depth += 1 if brace == "{" else -1
        if not 0 <= depth <= DEEPEST:
            return False
    return depth == 0


def _spelled(text: str) -> list[str]:
    """Return the LaTeX of each character of a text."""
    spelled = [SPELLED.get(character, character) for character in text]
    for first, last in _pairs(text):
        spelled[first], spelled[last] = r"\{", r"\}"
    for place in range(1, len(text)):
        if text[place - 1 : place + 1] in LIGATURES:
            spelled[place] = "{}" + spelled[place]
    return spelled


def _pairs(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of each brace and its partner."""
    opened: list[int] = []
    for match in re.finditer(r"[{}]", text):
        if match[0] == "{":
            opened.append(match.start())
        elif opened:
            first = opened.pop()
            if len(opened) < DEEPEST:
                yield first, match.start()


def _is_name(word: str, *, any_capital: bool) -> bool:
    """Tell whether the capitals of a word are part of it: `GPT-4`, `ImageNet`, `Q-learning`, but not `Attention`."""
    if any_capital and word[0].isupper():
        return True
    parts: list[str] = [part for part in HYPHENS.split(word) if part]
    single = any(len(part) == 1 and part.isupper() for part in parts) and word != "A"
    return single or any(character.isupper() for part in parts for character in part[1:])


def _is_sentence_case(title: str) -> bool:
    """Tell whether most words of a title are in lower case, so that a capital means a name."""
    long: list[str] = [word for word in re.findall(r"[^\W\d_]+", title)[1:] if len(word) >= LONG_WORD]
    return sum(word[0].islower() for word in long) * 2 > len(long)
