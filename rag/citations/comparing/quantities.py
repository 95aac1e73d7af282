"""The quantities of a text: `92.8 %`, `4,000 seconds`, `a third`, `twice`, `3.3B words`, each with value and unit.

What is no quantity is passed over: numbers in names (`GPT-3`), in markers ([2]; Smith et al., 2019), and `one`.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from rag.text.words import STOP_WORDS, stem

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
SPELLED = {word: number for number, word in enumerate(ONES)} | {word: 10 * n for n, word in enumerate(TENS, 2)}
SPELLED["dozen"] = 12
SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
SHORT_SCALES = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "bn": 1e9, "T": 1e12}
PARTS = {"half": 2, "halves": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
TIMES = {
    "twice": 2, "double": 2, "doubles": 2, "doubled": 2, "doubling": 2, "twofold": 2, "thrice": 3, "triple": 3,
    "triples": 3, "tripled": 3, "tripling": 3, "threefold": 3, "fourfold": 4, "quadruple": 4, "quadrupled": 4,
    "fivefold": 5, "sixfold": 6, "sevenfold": 7, "eightfold": 8, "ninefold": 9, "tenfold": 10, "hundredfold": 100,
    "thousandfold": 1000, "halve": 0.5, "halves": 0.5, "halved": 0.5, "halving": 0.5,
}  # fmt: skip

# What a unit is written as, its dimension, and how much of the dimension's measure one is.
UNITS: dict[str, tuple[str, float]] = {
    written: (dimension, each)
    for dimension, units in {
        "%": {1.0: "% percent pct"},
        "point": {1.0: "points point pp"},
        "x": {1.0: "x times fold \N{MULTIPLICATION SIGN}"},
        "magnitude": {1.0: "orders order"},
        "time": {
            1e-3: "ms millisecond milliseconds", 1.0: "s sec secs second seconds", 60.0: "min mins minute minutes",
            3600.0: "h hr hrs hour hours", 86400.0: "day days", 604800.0: "week weeks",
        },
        "months": {1.0: "month months", 12.0: "year years"},
        "bytes": {1e3: "KB kilobytes", 1e6: "MB megabytes", 1e9: "GB gigabytes", 1e12: "TB terabytes"},
        "mass": {1e-6: "µg μg", 1e-3: "mg", 1.0: "g grams", 1e3: "kg kilograms"},
        "length": {
            1e-9: "nm", 1e-6: "µm μm", 1e-3: "mm millimetres millimeters", 1e-2: "cm centimetres centimeters",
            1.0: "m metres meters", 1e3: "km kilometres kilometers",
        },
        "pressure": {1.0: "mmHg"},
        "frequency": {1.0: "Hz", 1e3: "kHz", 1e6: "MHz", 1e9: "GHz"},
    }.items()
    for each, names in units.items()
    for written in names.split()
}  # fmt: skip

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[-+]?\d+)?|\.\d+)"
WORDS = "|".join(sorted(SPELLED, key=len, reverse=True))
TOKEN = re.compile(
    rf"(?P<power>10\^\{{?(?P<exponent>-?\d+)\}}?)"
    rf"|(?P<digits>{NUMBER})(?P<short>(?:[kKMBT]|bn)\b)?(?:th\b)?"
    rf"|\b(?P<share>(?:(?:an?|one|two|three|four|five|seven|nine)[\s-]+)(?:{'|'.join(PARTS)})s?|half"
    rf"|(?:one|two|three|four|five|six|seven|eight|nine)\s+(?:in|out\s+of)\s+(?:three|four|five|ten|twenty))\b"
    rf"|\b(?P<times>{'|'.join(TIMES)})\b"
    rf"|\b(?P<tens>{'|'.join(TENS)})-(?P<ones>{'|'.join(ONES[1:10])})\b"
    rf"|\b(?P<spelled>{WORDS}"
    rf"|an?(?=\s+(?:{'|'.join(SCALES)}|dozen|minute|hour|day|week|month|year)\b))\b",
    re.IGNORECASE,
)
SCALE = re.compile(rf"[\s-]+(?P<scale>{'|'.join(SCALES)})s?\b", re.IGNORECASE)
AND_A_HALF = re.compile(r"\s+and\s+a\s+half\b", re.IGNORECASE)
UNIT = re.compile(
    r"\s*\\?(?P<sign>%|\u00d7)|[\s-]?(?:\\times|(?P<word>mm\s?Hg|per\s?cent(?:age)?(?:\s+points?)?|[A-Za-zµμ]+))"
)
LABELLED = re.compile(  # numbers that count nothing: "Fig. 1", "(1)", "Finding 2:", an address
    r"https?://[^\s<>]+|\b(?:arXiv|doi):\s?[\w./-]+|\(\d{1,2}\)|^\W*\d{1,2}[.)]\s(?=\D)"
    r"|^\W*[IVX]{1,4}[.)]\s|\b\d\d(?:\.\d)?\s?%\s?(?=CI\b|CrI\b|confidence|credible)"
    r"|(?:\b|(?<=[(\uff08]))(?i:(?:figs?|figures?|tables?|tab|eqs?|eqn|equations?|sections?|sec|chapters?|appendix|"
    r"algorithms?|theorems?|lemmas?|propositions?|corollary|definition|pp?|pages?|refs?|references?|sources?|abb|"
    r"tabelle|gleichung|\u56fe|\u5716|\u8868|\u5f0f|\u56f3)\.?\s?\(?[A-Z]?\d+(?:\.\d+)*[a-z]?\)?"
    r"(?:(?:\s?[,\u2013-]\s?|\s(?:and|und)\s)\d+)*)"
    r"|^\W*(?i:tl;?dr|(?:key|main) \w+|short answer|bottom line|summary|conclusions?|results?|findings?|takeaways?|"
    r"answer|note)\s?:"
    r"|^\W*(?i:(?:key |main )?(?:point|finding|step|part|item|example|reason|claim|answer|fact|aspect|note|"
    r"punkt|schritt)\s\d{1,2}\s?[:.)\u2014\u2013-])"
)
NOTHING = re.compile(
    LABELLED.pattern + r"|\[\d+(?:\s*[,;\u2013-]\s*\d+)*\]"
    r"|\([^()]*\b[A-Z][^()]*\b(?:19|20)\d\d[a-z]?\)|(?:\bet al\.?,?\s+\(?|\()(?:19|20)\d\d[a-z]?\)?"
    r"|(?<![\w.])[A-Za-z]+(?:[-@/][A-Za-z]+)*[-@_/]?\d[\w.]*(?<!\.)"
)
HEDGES = {
    "about": re.compile(r"(?:\b(?:about|around|roughly|approximately|approx|circa|nearly|almost|some|close to)|[~≈])$"),
    "over": re.compile(r"(?:\b(?:more than|over|above|exceeding|exceeds|surpassing|beyond|at least)|[>≥])$"),
    "under": re.compile(r"(?:\b(?:less than|fewer than|up to|under|below)|[<≤])$"),
}
EXACT = 9  # decimals
NEAR = 0.06  # share by which a number that is said to be about may be off
FAR = 0.25  # share by which a number may lie above what it is said to be over


class Quantity(NamedTuple):
    """A quantity as written (`text[start:end]`): its value and the dimension of its unit, which may be empty.

    `things` are the stems of the words after a bare number (`larg`, `gpu` of "eight large GPUs"); `decimals` tell
    how exactly it is given, `hedge` that it is said to be `about`, `over` or `under` that, and `raw` is the value in
    the unit that is written.
    """

    text: str
    value: float
    unit: str
    raw: float
    things: tuple[str, ...]
    decimals: int
    hedge: str
    start: int
    end: int


@lru_cache(maxsize=1_000)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of a text, in order.

    >>> [(one.value, one.unit, one.things) for one in quantities("Half of 4,000 GPUs, in 2 hours, on GPT-3.")]
    [(50.0, '%', ()), (4000.0, '', ('gpu',)), (7200.0, 'time', ())]
    """
    plain = NOTHING.sub(lambda match: " " * len(match[0]), text)
    return tuple(_found(plain))


@lru_cache(maxsize=1_000)
def numbers_of_names(text: str) -> frozenset[str]:
    """Return the numbers that are part of a name: the 10 of `CIFAR-10`, which a claim may write as `CIFAR 10`."""
    return frozenset(number for name in NOTHING.findall(text) for number in re.findall(r"\d+", name))


def _found(text: str) -> Iterator[Quantity]:
    end = 0
    for match in TOKEN.finditer(text):
        before = text[match.start() - 1 : match.start()]
        if match.start() < end or (match["digits"] and (before.isalnum() or before == ".")):
            continue
        value, unit, end = _value(match), "", match.end()
        if value is None:
            continue
        if scale := SCALE.match(text, end):
            value, end = value * SCALES[scale["scale"].lower()], scale.end()
        elif more := AND_A_HALF.match(text, end):
            value, end = value + 0.5, more.end()
        raw, each = value, 1.0
        if match["share"]:
            unit = "%"
        elif match["times"]:
            unit = "x"
        elif (written := UNIT.match(text, end)) and (known := _unit(written)):
            (unit, each), end = known, written.end()
        elif match["spelled"] and match["spelled"].lower() in {"one", "zero", "a", "an"} and not scale:
            continue
        decimals, hedge = _exactness(match, text)
        yield Quantity(
            text[match.start() : end], value * each, unit, raw, () if unit else _things(text[end:]), decimals,
            hedge, match.start(), end,
        )  # fmt: skip


def _exactness(match: re.Match[str], text: str) -> tuple[int, str]:
    """Return how many decimals a number has, and its hedge; a third is exact, and 33 % or 34 % is a third."""
    hedge = _hedge(text[: match.start()])
    if match["share"]:
        return EXACT, hedge or "about"
    return len((match["digits"] or "").partition(".")[2].partition("e")[0]), hedge


def _value(match: re.Match[str]) -> float | None:
    if match["power"]:
        return float(10 ** min(300, max(-300, int(match["exponent"]))))
    if match["digits"]:
        value = float(match["digits"].replace(",", ""))
        return value * SHORT_SCALES.get(match["short"] or "", 1.0) if value < float("inf") else None
    if match["share"]:
        return _share(re.split(r"[\s-]+", match["share"].lower()))
    if match["tens"]:
        return float(SPELLED[match["tens"].lower()] + SPELLED[match["ones"].lower()])
    word = (match["times"] or match["spelled"]).lower()
    return float(TIMES.get(word) or SPELLED.get(word, 1))


def _share(many: list[str]) -> float:
    """Return the percentage of `two thirds`, `half`, `nine in ten`."""
    *count, part = many
    if part in SPELLED:
        return 100 * SPELLED[count[0]] / SPELLED[part]
    return 100 * (SPELLED.get(count[0], 1) if count else 1) / PARTS[part if part in PARTS else part.removesuffix("s")]


def _unit(written: re.Match[str]) -> tuple[str, float] | None:
    word = written["word"]
    if written["sign"] or word is None:
        return UNITS[written["sign"] or "x"]
    plain = re.sub(r"\s", "", word)
    return UNITS.get("percent" if plain.lower().startswith("percent") else plain) or UNITS.get(plain.lower())


def _things(after: str) -> tuple[str, ...]:
    """Return the stems of what is counted: the words after a number until the phrase ends, at most three."""
    found: list[str] = []
    for word in re.split(r"[\s-]+", re.split(r"[^\w\s'-]", after.lstrip(" -"), maxsplit=1)[0])[:3]:
        if word.lower() in STOP_WORDS or not word[:1].isalpha():
            break
        found.append(stem(word))
    return tuple(found)


def _hedge(before: str) -> str:
    """Return how a number is hedged by the two words before it: `about`, `over`, `under`, or not."""
    last = " ".join(re.findall(r"[a-z~≈<>≥≤]+", before[-24:].lower())[-2:])
    return next((hedge for hedge, told in HEDGES.items() if told.search(last)), "")


def same(said: Quantity, told: Quantity) -> bool:
    """Tell whether a quantity that is said is the one that is told: in another spelling or unit, or truly rounded.

    >>> def agree(one, other): return same(quantities(one)[0], quantities(other)[0])
    >>> agree("about 93 %", "92.8 percent"), agree("90 %", "92.8 %"), agree("half", "50%"), agree("2 hours", "120 min")
    (True, False, True, True)
    """
    return any(unit == told.unit and _alike(value, told.value, said, told) for value, unit in _readings(said)) or any(
        unit == said.unit and _alike(said.value, value, said, told) for value, unit in _readings(told)
    )


def _readings(one: Quantity) -> set[tuple[float, str]]:
    """Return what a quantity may mean: 50 % is half, .5 and a factor of 2; a bare number may have any unit."""
    found = {(one.value, one.unit)}
    if one.unit in {"%", "point"}:
        found |= {(one.value, "%"), (one.value, "point"), (one.value, ""), (one.value / 100, "")}
        found |= {(one.value / 100, "x")} if one.value else set()
    elif one.unit == "x":
        found |= {(one.value, ""), (100 * one.value, "%"), *({(1 / one.value, "x")} if one.value else set())}
    elif one.unit == "magnitude":
        found |= {(10 ** min(one.value, 300), "x"), (10 ** min(one.value, 300), "")}
    elif not one.unit:
        found |= {(one.value, "%"), (one.value, "point"), (one.value, "x")}
    return found


def _alike(value: float, amount: float, said: Quantity, told: Quantity) -> bool:
    """Tell whether a value is the amount, rounded to as many decimals as it has, or near it as its hedge allows."""
    if abs(value - amount) <= 1e-9 * max(abs(value), abs(amount)):
        return True
    scale = value / said.raw if said.raw else 1.0  # a rounding counts in the unit that was written
    other = told.value / told.raw if told.raw else 1.0
    rounds = said.decimals < told.decimals or said.value / (said.raw or 1.0) != other
    if rounds and scale and abs(amount / scale - said.raw) <= 0.5 * 10**-said.decimals + 1e-9:
        return abs(said.raw) >= 2 or bool(said.decimals)  # one is no rounding of .6
    off = (amount - value) / abs(value) if value else float("inf")
    if said.hedge == "over":
        return 0 <= off <= FAR
    if said.hedge == "under":
        return -FAR <= off <= 0
    return abs(off) <= NEAR and said.hedge == "about"
