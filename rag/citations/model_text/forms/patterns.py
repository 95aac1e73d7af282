r"""What markers of other forms than `[n]` look like: tags, LaTeX, raised numbers, labels, names in a sentence.

Every repetition is bounded, so that no text makes a search slow.
"""

import re

from rag.citations.model_text.forms.marker_contents import DENSE
from rag.citations.model_text.forms.source_words import ABROAD, LABELS, WITHOUT_SPACES
from rag.utils.patterns import lazily

TAGS = (
    r"sup|cite|cites|citation|citations|ref|refs|reference|source|sources|src|doc|document|footnote|c|co|quelle|fuente"
)
PAIRED = lazily(  # <sup>1</sup>, <cite source="1">It is so.</cite>
    rf"<(?P<tag>{TAGS})\b(?P<said>[^<>\n]{{0,120}})>"
    rf"(?P<inside>[^<>\n]{{0,600}}(?:<a [^<>\n]{{0,200}}>[^<>\n]{{0,60}}</a>)?)</(?P=tag)\b(?P<end>[^<>\n]{{0,40}})>",
    re.IGNORECASE,
)
SINGLE = lazily(  # <source id="1"/>, <1>
    rf"<\|?/?(?:{TAGS})(?P<said>[\s:=_/-][^<>\n]{{0,120}})?>|<(?P<bare>\d{{1,2}}(?:, ?\d{{1,2}}){{0,5}})>",
    re.IGNORECASE,
)
LATEX = lazily(
    r"[~\u00a0 ]?\\(?:[A-Za-z]{0,10}[Cc]ite[A-Za-z]{0,8}|footnote(?:mark|text)?|ref|textsuperscript|supercite)\*?"
    r"(?:\[(?P<option>[^\[\]{}\n]{0,60})\]){0,2}(?:\{(?P<inside>\[?[^{}\n]{1,120})\})?"
)
ESCAPED = lazily(r"\\\[(?P<inside>[^\[\]\n\\]{1,60})\\\]")
IN_SIGNS = lazily(  # of RAGFlow, and a sentence of a source
    r"##(?P<number>\d{1,2})\$\$|(?<=\S )\\\[(?P<of>\d{1,2})\.\d{1,2}\\\]"
)
# Raised numbers: ^1, ^{[1]}, $^1$ and those of their own.
SMALL = r"\d{1,2}(?:[,;]\s?\d{1,2}|[-\u2013]\d{1,2}|\^\d{1,2})*"
POWER = rf"\^(?P<one>\{{\[?{SMALL}\]?\}}|\{{\\(?:text|mathrm)\{{{SMALL}\}}\}}|\[{SMALL}\]|\({SMALL}\)|{SMALL})\^?"
IN_MATH = lazily(
    rf"\$\s?(?P<three>\[{SMALL}\])\s?\$|\\\(\s?(?P<four>\[{SMALL}\])\s?\\\)|\$\s?(?:\{{\}})?{POWER}\s?\$"
    rf"|\\\(\s?(?:\{{\}})?{POWER.replace('one', 'two')}\s?\\\)"
)
CARET = lazily(rf"(?<![\d)\]}}^$\\\[])(?:(?<=[^\W\d_]{{3}})|(?<![^\W_]))\s?{POWER}(?![\w.]\w|[\w\],^(])")
RAISED = "\u2070\u00b9\u00b2\u00b3\u2074-\u2079"
ON_LINE = str.maketrans("\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079", "0123456789")
RAISED_RUN = lazily(
    rf"(?:(?<=[^\W\d_]{{3}})|(?<=[{DENSE}.,;:!?\"\u201d\u201c\u00bb%'\u3002\uff0c\uff1b\u0964\s]))\u207d?"
    rf"[{RAISED}]{{1,2}}(?:[ ,\u02d2\u02cc\u207b\u2013\u207a-]{{1,2}}[{RAISED}]{{1,2}}){{0,8}}\u207e?"
    rf"(?![\w\u207a\u207b{RAISED}])"
)
TERM = lazily(r"\w\(|[{}=\\+]|\d/")  # what holds one of these is a formula, not a word
UNITS = lazily(  # behind which a raised number is a power
    r"(?:\b(?:[kcdmn\u00b5M]?m|sec|min|mol|rad|log|sin|cos|tan|exp|deg|pixels?|kpc|Mpc|inch|feet|chi|eta|sigma)|\d)$"
)
CIRCLED = lazily("[\u2460-\u2473\u2776-\u277f\u2474-\u2487]+")
FIRST_CIRCLED = "\u2460\u2776\u2474"
# Signs of tools: a search's results, Gemini's and MyST's frames.
SEARCHED = lazily("\ue200?cite(?:\ue202turn\\d+[a-z]+\\d+)+\ue201?")
STARTS = lazily(r"\[/?cite_?(?:start|end)\]\s?", re.IGNORECASE)
ROLE = lazily(r"(?<![\w:]):?:cite\[", re.IGNORECASE)
# What stands around markers and means nothing more, or in front of the last one.
AROUND = lazily(
    r"(?P<mark>\*{1,3}|__|[_`\"\u201c\u300c'^(])\s?(?P<inside>(?:\[[^\[\]\n]{0,12}\d{1,3}\][ ,]?){1,9})"
    r"(?P<end>\*{1,3}|__|[*_`\"\u201d\u300d'^)])"
)
CLOSES = {"\u201c": "\u201d", "\u300c": "\u300d", "(": ")"}
DAGGER = lazily(r"(?<=\d\])(?:[\u2020\u2021]|\^(?![\w{(]))")
DANGLING = lazily(
    r"(?<=[^\s|])\s+(?:[\u2014\u2013\u2192-]|->|=>|--)\s*(?=(?:\[\d{1,3}\])+[.!?\u3002]?\s*$)", re.MULTILINE
)
# Source: 1 / - Frantz et al., 2023
LABELLED = lazily(
    r"(?P<before>^|[.!?\u3002\uff01\uff1f\u0964\"\u201d)\]*_])[ \t]*(?:[>*_(\[\u2014\u2013\u2022-][ \t]?){0,4}"
    rf"(?:{LABELS}[*_]{{0,2}}\s?[:\uff1a]|(?<=[\u2014\u2013] ))"
    r"[*_]{0,2}[ \t]*(?P<inside>[^\n]{1,240}?)[*_)\] \t]{0,3}(?P<stop>[.\u3002]?)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
DASHED = lazily(
    r"(?<=\w)\s(?:\u2014|\u2013|--?)\s(?P<inside>[^\n.\u2014\u2013\[\]]{1,120}?(?: et al\.)?"
    r"[^\n.\u2014\u2013\[\]]{0,20})(?P<stop>[.]?)[ \t]*$",
    re.MULTILINE,
)
# Quelle 1, and a noun that runs into its number.
MENTION = lazily(rf"(?P<noun>{WITHOUT_SPACES})\s?(?P<number>\d{{1,2}})(?![\d.])")
MENTION_ABROAD = lazily(rf"\b(?P<noun>{ABROAD})\s(?:Nr\.\s)?(?P<number>\d{{1,2}})(?![\d.])", re.IGNORECASE)
NAME = r"[A-Z\u00c0-\u024f][\w'\u2019-]{1,30}"
AUTHORS = lazily(  # Frantz et al. (2023)
    rf"{NAME}(?:(?:,? (?:and|&|und|et|y|e) |, ){NAME}){{0,3}}"
    r"(?P<others> (?:et al\.?|and (?:colleagues|others|coworkers)|u\. ?a\.|y (?:otros|cols?\.|colaboradores)"
    r"|\u0438 \u0434\u0440\.|et ses coll\u00e8gues)|\s?\u7b49\u4eba?)?"
    r"(?P<year>,? ?[(\uff08](?:19|20)\d\d[a-z]?[)\uff09])?"
)
SENTENCE_END = lazily(r"(?<!al)[.!?](?:\s|$)|[\u3002\uff01\uff1f\n]")
