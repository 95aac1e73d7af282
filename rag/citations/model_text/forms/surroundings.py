"""What stands around a bracket of numbers: does it make it an index, an interval, a label or a count of items?

Only what the text around tells, on one line; what is between the brackets is marker_contents'.
"""

import re

from rag.utils.patterns import lazily

DENSE = "\u2e80-\u2fff\u3000-\u303f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
# What is said of an interval or a shape, right in front of it or behind; of a list only with an article or a colon.
INTERVALS = (
    r"(?:intervals?|ranging|CIs?|CrI|IQR|tuple|(?:of|with|input|output|tensor) shape|(?:Likert|rating) scale|"
    r"(?:of|with|kernel|batch|grid|window) size|kernels?|stride|padding|"
    r"(?:in|on|over|within|across|from|to|the|a) (?:(?:the|a|this|its) )?(?:\w{1,20} )?(?:range|domain|bounds|segment)|"
    r"Intervall|Wertebereich|KI|intervalle|plage|intervalo|rango|IC|intervallo|интервал\w*|диапазон\w*|"
    r"\u533a\u95f4|\u5340\u9593|\u8303\u56f4|\u7bc4\u570d|\u533a\u9593|\uad6c\uac04|\ubc94\uc704|الفترة|المجال|अंतराल)"
)
LISTS = (
    r"(?:lists?|arrays?|vectors?|matrix|matrices|tensors?|sequences?|permutations?|coordinates|coefficients|sets?|subset|"
    r"pair|levels|weights|values|labels|tokens|dimensions|sizes|indices|scale|Liste|Vektor|liste|vecteur|lista|vector|"
    r"列表|数组|向量|リスト|配列)"
)
ONE_LIST = r"(?:list|array|vector|matrix|tensor|sequence|permutation|subset|pair|Liste|Vektor|liste|vecteur|lista)"
DEFINITE = r"(?:the|a|an|each|every|this|that|of|as|die|der|das|eine?n?|la|le|une?|el|una)"
BEFORE_VALUES = lazily(
    rf"(?:^|[^\w]|(?<=[{DENSE}])){INTERVALS}(?:\s+(?:of|from|is|are|was|von|de|entre))?\s*[:=,(]?\s*$"
    rf"|\b{DEFINITE}\s+(?:\w+\s+)?{ONE_LIST}(?:\s+(?:of|is))?\s*[:=]?\s*$"
    rf"|(?:^|[^\w]|(?<=[{DENSE}])){LISTS}\s*[:=\uff1a]\s*$",
    re.IGNORECASE,
)
BEHIND_VALUES = lazily(
    rf"^[\s-]?(?:{INTERVALS}|range|domain|segment|vector|array|tensor|matrix|grid|list|scale)(?!\w)", re.IGNORECASE
)
SIGNED = lazily(
    r"(?:[\"']\s?:|(?<![=>-])=|\S\s+[<>]|[\u2264\u2265\u2248\u2208\u2209\u2282\u2286\u222a\u2229\u00d7\u00b1]"
    r"|\\(?:in|notin|subset|cup|times|to|left|approx))\s*$"
)
LIES = lazily(
    r"(?:\b(?:lie[sd]?|lying|falls?|fell|ranges?|ranging|values?|scores?|numbers?|integers?|uniform(?:ly)?|clipped|bounded|"
    r"normali[sz]ed|scaled|rescaled|mapped|defined|continuous|integrable|supported|integrals?|integrated?|restricted|"
    r"constrained|truncated|sampled|drawn|varies|vary|varied|varying|clamped|limited|probabilit(?:y|ies)|weights|"
    r"parameters?|(?<![\w])[a-zA-Z\u03b1-\u03c9])\s+"
    r"(?:is |are |was |were )?(?:in|within|on|over|to|into|from|between|at)"
    r"|\b(?:within|between|outside))\s*$",
    re.IGNORECASE,
)
AVERAGE = lazily(r"\b(?:median|mean|average|IQR|HR|OR|RR|MD|SMD)\b[^.;]{0,20}\d\s*$")
BEHIND_ANOTHER = lazily(rf"[{chr(0xE05D)}]\s*(?:to|and|or|,|\u00d7|x|\u2192|\u222a|->)\s*$")  # [0, 1] to [1, 2]
PLACED = lazily(r"\bat (?:index|position|slot)\s*$", re.IGNORECASE)
# Behind a name and a number that isn't a source's: "Eq. (1)", "version (2)".
LABELS = (
    r"(?:eqs?|eqn|equations?|formulas?|formulae|expressions?|inequalit(?:y|ies)|constraints?|figs?|figures?|tables?|tab|"
    r"sections?|sec|chapters?|algorithms?|alg|theorems?|thm|lemmas?|propositions?|prop|coroll(?:ary|aries)|definitions?|"
    r"def|steps?|appendix|supplementary|"
    r"Gleichung|Gl|Formel|Abbildung|Abb|Tabelle|Abschnitt|Schritt|équation|étape|ecuación|paso|уравнени\w+|формул\w+|"
    r"公式|方程|步骤|式|図|图|表|步|第)"
)
MAY_LABEL = lazily(  # also the last word of a clause behind which a marker stands
    r"\b(?:stages?|phases?|parts?|cases?|conditions?|options?|versions?|types?|class|group|item|level|rule|property|"
    r"hypothesis|question|criterion|scenario|model|experiment|study|trial)\s*$",
    re.IGNORECASE,
)
BEFORE_LABEL = lazily(rf"(?:^|[^\w]|(?<=[{DENSE}])){LABELS}\.?\s*$", re.IGNORECASE)
PREPOSITION = lazily(r"\b(?:in|by|of|from|with|to|for|on|at|using|via|than|n|N|von|durch)\s*$")
LEADS_ON = lazily(r"(?:^|[:;,\u2014\u2013(]|\b(?:and|or|und|oder|et|ou|y|o|e|is|are|to|we|by))\s*$", re.IGNORECASE)
CLAUSE_ENDS = lazily(
    r"\s*(?:$|[.,;:!?)\]\u3002\uff0c\uff1b\uff1a\uff01\uff1f\uff09\u3001\u2026\u061f\u060c\u0964|"
    r"\u2014\u2013\"\u201d*_]|\[\d|\(\d"
    r"|(?:and|or|while|whereas|but|although|though|which|who|because|since|as|when|where|so|yet|"
    r"und|aber|während|et|mais|y|pero|e|ma)\b"
    rf"|[A-Z][a-z]|[{DENSE}])"
)
WORD = lazily(r"[^\s\[\](){}]*$")
CODE_NAMES = frozenset(
    "arr lst vec mat idx tmp buf args argv params dict nums vals xs ys img inp src dst ptr str row col rows cols array "
    "list data df obj res ret key keys val queue stack heap dp memo logits tensor output outputs input inputs "
    "batch".split()
)
STOPS = lazily(r"\s*(?:$|[.!?;\u3002])")
GLUED = lazily(r"[a-z0-9]|-[a-z]")  # of a word that goes on
FORMULA = lazily(r"\\[A-Za-z]+$|(?:[^\W_]_|[\^\\}])$")
CALLED = lazily(r"(?<![\w])[A-Za-z]\w{0,5}\([\w, ]{0,12}\)$")  # f(x)
OF_CODE = lazily(r"\w|[a-z]{1,2}'?|[A-Za-z]{1,2}\d+|\w*_\w*|[a-z]+[A-Z]\w*")
SHORT_WORDS = frozenset("it so is do be us up on in of to by at as no".split())
IN_A_ROW = lazily(r"\s?(?:[(\[]\d{1,2}[)\]](?:\s?[,;/&]|\s(?:and|und|et|y))?\s?)+$")
COUNTED = lazily(r"\s*[(\[]?\d{1,2}\)\s")
ENDS_SENTENCE = lazily(r"\s*(?:$|[.,;:!?\u3002\uff0c)]|\[\d)")


def needs_values(before: str, after: str, *, several: bool) -> bool:
    """Tell whether a bracket of numbers is values: an interval, a shape, a list, right of a sign.

    >>> needs_values("in the interval ", " of it", several=True), needs_values("as shown in ", ",", several=True)
    (True, False)
    """
    before = before[-60:]
    if SIGNED.search(before) or (several and (AVERAGE.search(before) or BEHIND_ANOTHER.search(before))):
        return True
    if not several:
        return PLACED.search(before) is not None
    return bool(BEFORE_VALUES.search(before) or BEHIND_VALUES.match(after) or LIES.search(before))


def is_index(before: str, after: str) -> bool:
    """Tell whether a bracket is part of a word or a formula: it stands right behind or in front of its letters.

    >>> is_index("x", " is"), is_index("of large networks", "."), is_index("", "catenane"), is_index("calix", "arene")
    (True, False, True, True)
    """
    last = before[-1:]
    if GLUED.match(after):
        return True
    if last == "$" or FORMULA.search(before[-30:]):
        return not after.startswith("$")  # $[1]$
    if last == ")":
        return CALLED.search(before[-30:]) is not None
    if not (last.isalnum() or last == "'") or re.match(f"[{DENSE}]", last):
        return False
    word = WORD.search(before[-60:])[0].lstrip("\"'\u201c(*_$")  # type: ignore[index]  # it matches at least nothing
    if re.fullmatch(r"[\d.,]+", word):
        return not ENDS_SENTENCE.match(after)
    return word in CODE_NAMES or (OF_CODE.fullmatch(word) is not None and word.lower() not in SHORT_WORDS)


def ends_clause(before: str, after: str) -> bool:
    """Tell whether a number in round brackets stands at the end of a clause, as a marker does, and labels nothing.

    >>> ends_clause("It is fast ", "."), ends_clause("two steps: ", " first"), ends_clause("by Eq. ", ".")
    (True, False, False)
    """
    counted = COUNTED.match(before[-1000:]) is not None
    before = IN_A_ROW.sub(" ", before[-60:])
    last = before[-1:]
    if not before.strip() or BEFORE_LABEL.search(before) or PREPOSITION.search(before) or LEADS_ON.search(before):
        return False
    if last.isalnum() and not re.match(f"[{DENSE}]", last):
        word = WORD.search(before)[0]  # type: ignore[index]  # it matches at least nothing
        if not (re.fullmatch(r"[a-z]{4,}", word) and ENDS_SENTENCE.match(after)):
            return False
    if counted or MAY_LABEL.search(before):  # (1) so. (2) so.
        return STOPS.match(after) is not None
    return CLAUSE_ENDS.match(after) is not None and not re.match(r"\s?[a-z0-9]\)", after)
