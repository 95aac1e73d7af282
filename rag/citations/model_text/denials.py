"""Does a sentence say that the sources don't tell something? The agreed mark, and what models write without it.

The words of a denial are English; the mark is the same in every language (prompts/answer.md).
"""

import re

from rag.utils.patterns import lazily

LONGEST = 1_000  # characters of a sentence that are looked at
MARKED = lazily(r"\W*not said\b\s*\W*", re.IGNORECASE)

# What a denial is about: the sources themselves, never what they tell of ("the method", "the source code").
NAMED = r"(?-i:(?<![\w-])(?=[\w-]*[A-Z])[\w-]++(?:['’]s)?)"  # noqa: RUF001
WHICH = (
    r"(?:the|these|those|this|that|any|provided|given|supplied|available|all|either|both|no|of|your|cited|numbered|two|"
    rf"three|retrieved|{NAMED})"
)
OURS = r"(?:these|those|provided|given|supplied|available|retrieved|cited|numbered)"
MANY = r"(?:sources(?!\s+of\b)|abstracts|excerpts|papers|studies|articles)"
ONE = r"(?:source(?=\s+(?:\d|\w+s\b|did\b|has\b|\w+n['’]t))|abstract|excerpt|paper|study|article)(?!\s+code)"  # noqa: RUF001
TEXT = r"(?:passages?|texts?|documents?|evidence|context|material|information)"  # also what models read
PLACE = r"(?:\s+(?:\d+|here|above|provided|given|available|shown|cited|itself|themselves|alone|in this library))"
WHERE = (
    rf"(?:(?:(?:{WHICH}\s+){{0,4}}{MANY}|(?:{WHICH}\s+){{1,4}}{ONE}|(?:{WHICH}\s+){{0,3}}{OURS}\s+{TEXT}"
    rf"|(?:the|this)\s+{TEXT}\s+(?:provided|given|supplied))\b{PLACE}?"
    r"|source\s+\d+|“[^”]{1,200}”)"
)
AUTHORS = r"(?:(?:the|its|their)\s+authors|\bet al\.?(?:\s+\(?\d{4}\)?)?)"
SUBJECT = rf"(?:{WHERE}|(?:the|this)\s+{TEXT}\b|{AUTHORS})"
# What may stand between them and their verb: an aside, or what they are about, without a number of its own.
ASIDE = (
    r"(?:\s*,[^.;:]{1,40},|(?:\s+(?:also|still|simply|only|however|both|all|alone)\b){1,2}"
    r"|\s+(?:that|which|I|we|you|on|about|of|in|from|for|by|at)\b[^.;:\d]{1,40}?"
    r"|\s+(?:(?:is|are)\s+(?:about|on|limited)|mentions?|discuss(?:es)?|describes?|covers?)\b[^.;:\d]{1,60}?[\s,](?:and|but|yet)"
    r"(?:\s+(?:it|they))?)?"
)
OTHERS = lazily(  # whose silence is told of, as "existing papers don't address this"; and what would be, if
    r"\b(?:existing|previous|prior|earlier|past|other|recent|most|many|early|traditional|published|our|their)\s+(?:\w+\s+)?"
    r"(?:papers|stud(?:y|ies)|work|articles|texts?|documents)\b"
    r"|\b(?:when|whenever|if|unless)\b[^.;:,]*",
    re.IGNORECASE,
)
ISNT = r"(?:is|are|was|were)(?:\s+(?:also|still|therefore|thus))?(?:\s+not|\s+nowhere|n['’]t)"  # noqa: RUF001
CANT = r"(?:cannot|can['’]t|can not|could not|couldn['’]t)"  # noqa: RUF001
NOT = (
    r"(?:(?:do|does|did|has|have|can|could|would|will)(?:\s+not|n['’]t)|cannot|never|nowhere|neither|nor|"  # noqa: RUF001
    r"fails?\s+to|failed\s+to|omits?\s+to|stops?\s+short\s+of)"
)
ADVERB = (
    r"(?:\s*,\s*[\w ]{2,20},|\s+(?:explicitly|directly|actually|even|themselves|itself|specifically|clearly|otherwise|"
    r"further|really|ever|fully|yet|either|in fact|seem\s+to|appear\s+to|go\s+on\s+to|tell|be|us|me|any\w*|say|"
    r"stated?)\b)"
)
TELL = (  # what is said of a text or its authors, hardly ever of a method
    r"(?:say|says|saying|said|state[sd]?|stating|mention\w*|specif(?:y|ies|ied|ying)|report(?:s|ed|ing)?|disclos(?:e[sd]?|ing)|"
    r"tell|tells|telling|told)"
)
SAY = (
    rf"(?:{TELL}|discuss\w*|address\w*|describ\w+|answer\w*|explain\w*|indicat(?:e[sd]?|ing)|clarif\w+|cover(?:s|ed|ing)?|"
    r"quantif\w+|elaborat\w+|reveal\w*|detail(?:s|ed|ing)?|note[sd]?|noting|spell\w*|touch\w*|speaks?|list(?:ed|s|ing)?|"
    r"name[sd]?|naming|compar(?:e[sd]?|ing)|go(?:es)?\s+into)"
)
GIVE = (
    r"(?:give|gives|given|giving|provide\w*|providing|offer\w*|contain\w*|includ\w+|present|presents|presented|supply|"
    r"supplie[sd]|allow|hold|holds|have|has|had)"
)
NEWS = (
    r"(?:information|details?|figures?|numbers?|values?|scores?|results?|mention|data|statement|answer|account|"
    r"description|explanation|comparison|indication|breakdown|specifics|measurements?|claims?|estimates?|percentages?|"
    r"costs?|times?|basis|enough|(?:enough|sufficient)\s+evidence)"
)
SILENT = (
    r"(?:silent|unclear|unspecified|unstated|unreported|undisclosed|unanswered|unaddressed|unmentioned|unknown|absent|missing"
    r"|omitted|not\s+clear|left\s+(?:open|out|unsaid|unspecified|unanswered)|an\s+open\s+(?:question|point|issue))"
)
SAID = r"(?:reported|stated|mentioned|specified|disclosed|said|told)"
GIVEN = rf"(?:{SAID}|given|provided|available|found|addressed|discussed|covered|included|detailed|answered|quantified)"
# "The study reports no significant difference" is a finding, not a denial.
FINDING = (
    r"(?:\w+ly\s+)?(?:significant|difference|effect|evidence|benefit|association|change|improvement|loss|increase|decrease|"
    r"gain|drop|degradation|adverse|clear|link|correlation|relation|need|retrain|fine|further|more|other)"
)
END = r"(?:\s+(?:here|anywhere|explicitly|directly|either))?\W*$"
FORMS = (
    # The abstracts don't (explicitly) say; the abstract doesn't give a figure; mentions X without saying how much.
    rf"(?<!\w){WHERE}{ASIDE}\s+{NOT}{ADVERB}*\s+{SAY}\b",
    rf"(?<!\w){SUBJECT}{ASIDE}\s+{NOT}{ADVERB}*\s+{TELL}\b",
    rf"(?<!\w){SUBJECT}{ASIDE}\s+{NOT}{ADVERB}*\s+{GIVE}\b[^.;:]{{0,40}}?\b{NEWS}\b",
    rf"(?<!\w){WHERE}[^.;:\d]{{0,60}}?\bwithout\s+(?:{SAY}\b|giving\b[^.;:]{{0,40}}?\b{NEWS}\b|(?:giving|stating)\s+(?:its|their)\b)",
    # It doesn't say how; they don't mention it.
    rf"(?:^|\b(?:but|and|yet|though|although)\s)\W*they\s+(?:do|did)(?:\s+not|n['’]t){ADVERB}*\s+{TELL}\b",  # noqa: RUF001
    (
        rf"(?:^|\b(?:but|and|yet|though|although)\s)\W*it\s+(?:does|did)(?:\s+not|n['’]t){ADVERB}*\s+{TELL}\s+"  # noqa: RUF001
        r"(?:how|what|which|whether|when|where|who|why|if)\b"
    ),
    # The abstract reports no figure, mentions no dataset, says nothing, lacks it.
    rf"(?<!\w){WHERE}{ASIDE}\s+(?:\w+\s+)?(?:{SAY}|{GIVE}|makes?)\s+(?:nothing|neither)\b",
    (
        rf"(?<!\w){WHERE}{ASIDE}\s+(?:\w+\s+)?(?:{SAY}|{GIVE}|makes?)\s+no\b(?!-)(?!\s+{FINDING})[^.;:]{{0,40}}?\b"
        rf"(?:{NEWS}|reference)\b"
    ),
    rf"(?<!\w){WHERE}{ASIDE}\s+(?:mentions?|names?|specif(?:y|ies)|disclose?s?|lists?)\s+no\b(?!-)(?!\s+{FINDING})",
    rf"(?<!\w){WHERE}\s+(?:itself\s+)?lacks?\b",
    # They are silent about it, not specific about it, insufficient for it; they leave it open.
    (
        rf"(?<!\w){WHERE}{ASIDE}\s+(?:is|are|remains?|stays?)\s+(?:\w+\s+)?(?:silent|unclear|vague|mute|inconclusive)"
        r"(?:\s+(?:on|about|as to|regarding|whether|how|here)\b|\W*$)"
    ),
    (
        rf"(?<!\w){WHERE}\s+{ISNT}\s+(?:specific|explicit|clear|definite|precise|conclusive)"
        r"(?:\s+(?:on|about|as to|whether)\b|\W*$)"
    ),
    rf"(?<!\w){WHERE}\s+(?:is|are)\s+(?:insufficient|not\s+(?:sufficient|enough))\b",
    rf"(?<!\w){WHERE}{ASIDE}\s+leaves?\b[^.;:]{{0,60}}?(?:\b{SILENT}\b|\bopen\b(?!-)|\bunsaid\b)",
    # None of the sources says; nothing here tells.
    rf"\b(?:no|none|neither|nothing)\b[^.;:]{{0,30}}?\b(?:{MANY}|{ONE})\b{PLACE}?{ASIDE}\s+(?:\w+ly\s+)?{SAY}\b",
    (
        rf"\b(?:no|none|neither|nothing)\b[^.;:]{{0,30}}?\b(?:{MANY}|{ONE})\b{PLACE}?{ASIDE}\s+(?:\w+ly\s+)?{GIVE}\b"
        rf"[^.;:]{{0,40}}?\b{NEWS}\b"
    ),
    rf"\b(?:none|neither)\s+of\s+(?:them|these|those)\s+(?:{SAY}\b|{GIVE}\b[^.;:]{{0,40}}?\b{NEWS}\b)",
    rf"(?:\bnone\s+of\s+{WHERE}\s+(?:is|are)|\bno\s+(?:{MANY}|{ONE})\s+(?:is|are)|(?<!\w){WHERE}\s+{ISNT})\s+about\b",
    rf"\bthere(?:\s+(?:is|are)|['’]s)\s+no\s+(?:source|{MANY}|{ONE})\s+(?:on|about)\b",  # noqa: RUF001
    rf"\bnothing\s+(?:here|above)\s+{SAY}\b",
    rf"\bnothing\s+(?:\w+\s+)?(?:is|was)\s+{SAID}\b",
    rf"\b(?:nothing|no\s+(?:\w+\s+)?{NEWS})\s+(?:\w+\s+)?(?:in|from)\s+{WHERE}",
    # No figure is given (in the abstract); it isn't reported in the abstract; it is absent from the abstract.
    (
        rf"\b(?:no|nothing|neither)\b[^.;:]{{0,80}}?\b(?:is|are|was|were|be)\s+(?:\w+\s+)?(?:{SAY}|{GIVE}|found|available|made)\b"
        rf"[^.;:]{{0,30}}?\b(?:in|by|from)\s+{WHERE}"
    ),
    (
        rf"\b(?:no|not enough|insufficient)\s+(?:\w+\s+)?{NEWS}\b[^.;:]{{0,60}}?\b(?:is|are|was|were)\s+"
        rf"(?:{GIVEN}|made)\b(?!\s+(?:to|by|as|in)\b)"
    ),
    (
        rf"\b{ISNT}(?:\s+\w+){{0,2}}\s+(?:{SAY}|{GIVE}|found|available|part|known|clear|evident|apparent)\b"
        rf"[^.;:]{{0,40}}?\b(?:in|by|from|of)\s+{WHERE}"
    ),
    rf"\b{ISNT}\s+(?:in|(?:something|anything|a\s+\w+)(?:\s+that)?)\s+{WHERE}",
    rf"\b{SILENT}\s+(?:from|in|by)\s+{WHERE}",
    # The cost is left unstated. It isn't reported. How much it takes is left open. Dataset size: not specified.
    r"\b(?:is|are|remains?|stays?|left|goes|go)\s+(?:unspecified|unstated|unreported|undisclosed|unsaid|unmentioned)\b[^.;:]{0,12}?\W*$",
    (
        rf"\b{ISNT}\s+(?:\w+\s+)?(?:reported|stated|mentioned|specified|disclosed|said)"
        rf"(?:\s+(?:how|what|which|whether|when|where|who|why)\b|{END})"
    ),
    rf"\b(?:{NEWS}|comparisons?|specifics)\b[^.;:]{{0,60}}?\b{ISNT}\s+(?:\w+\s+)?{GIVEN}{END}",
    (
        rf"^\W*(?:\w+\s+)?(?:how|what|whether|which|when|where|who|why)\b[^.;:]{{0,100}}?"
        rf"\b(?:{ISNT}\s+(?:\w+\s+)?{GIVEN}|(?:is|are|was|remains?)\s+left\s+open|remains?\s+open){END}"
    ),
    rf"^\W*not\s+(?:\w+ly\s+)?{GIVEN}(?:\s+(?:in|by|from)\s+{WHERE}|{END})",
    rf"^[^.;:,]{{1,60}}[:,]\s*(?:not\s+(?:\w+ly\s+)?{GIVEN}|{SILENT})(?:\s+(?:in|by|from)\s+{WHERE}|{END})",
    # I couldn't find any figure; I can't say; this cannot be determined; we are not told.
    (
        r"(?<!type )(?<!phase )(?<!class )(?-i:\bI)\b\s*(?:am|was)?\s*"
        r"(?:not|n['’]t|cannot|can['’]t|could(?:n['’]t| not)|can not|"  # noqa: RUF001
        r"don['’]t|do not|did(?:n['’]t| not)|unable|saw no|see no|find no|found no|found nothing|have no)\b[^.;]{0,60}?"  # noqa: RUF001
        r"\b(?:answer|tell|say|know|find|give|determine|locate|see|confirm|figures?|mention|information|details?|sources?|abstracts?)\b"
    ),
    (
        rf"\bwe\s+(?:{CANT}|do\s+not|don['’]t)\s+"  # noqa: RUF001
        r"(?:(?:say|tell|know|determine|answer|confirm)(?:\s+(?:from|based)\b|\W*$)"
        r"|(?:say|tell)\s+(?:how|what|which|whether|when|where|who|why)\b)"
    ),
    (
        rf"(?:\b(?:it|this|question|answer)\b|(?:^|[,;]\s(?:so\s|and\s)?)\W*that\b)[^.;:]{{0,20}}?\s{CANT}\s+be\s+"
        r"(?:answered|determined|told|said|inferred|established|confirmed)(?:\s+(?:from|based|with|on|here|using)\b|\W*$)"
    ),
    (
        rf"(?<!\w that )(?<!\w which )\b{CANT}\s+be\s+"
        rf"(?:answered|determined|told|said|inferred|established|confirmed)\b[^.;:]{{0,20}}?\b(?:from|by|with|using|on)\s+{WHERE}"
    ),
    (
        rf"\b(?:from|on|in|with|given|using)\s+{WHERE}[^.;:]{{0,60}}?\b(?:impossible|{ISNT}\s+possible|{CANT})\s+(?:to\s+)?"
        r"(?:be\s+)?(?:say|tell|know|determine|answer|judge|conclude|infer|said|told|known|determined|answered|judged)"
    ),
    rf"\b(?:impossible|not\s+possible)\s+to\s+(?:say|tell|know|determine|answer|judge|conclude|infer)\b[^.;:]{{0,60}}?{WHERE}",
    r"\b(?:we|I|one|readers)\s+(?:are|am|is)(?:\s+not|n['’]t)\s+told\b",  # noqa: RUF001
    # There is no mention of it; not enough information to say; beyond what the abstracts say.
    (
        r"\bthere(?:\s+(?:is|are|was)|['’]s)(?:n['’]t|\s+not)?\s+"  # noqa: RUF001
        r"(?:no|not enough|enough|insufficient|too little|any)\s+(?:\w+\s+)?(?:information|mention|details?)\b"
        rf"(?=\s+(?:(?:about|on|of|regarding|whether|how|available|given|here|to)\b|in\s+{WHERE})|\W*$)"
    ),
    r"\b(?:with|makes?|found|contains?|find)\s+no\s+mention\b|^\W*no\s+(?:mention|word)\s+(?:of|on)\b",
    (
        r"\b(?:not enough|insufficient|too little|(?:n['’]t|not)\s+have\s+(?:enough|sufficient))\s+"  # noqa: RUF001
        r"(?:\w+\s+)?(?:information|details?)\b(?:\s+to\s+(?:say|tell|answer|determine|judge|conclude)\b|\W*$)"
    ),
    rf"\b(?:beyond|outside)\s+(?:of\s+)?(?:what|the scope)\b[^.;]{{0,40}}?{WHERE}",
)
DENIAL = lazily("|".join(FORMS), re.IGNORECASE)
CUE = lazily(  # what every one of them has: most sentences have none of it, and are done
    r"n['’]t\b|\bno|\bcannot|\bnever|\bneither|\black|\bwithout|\bun|\bfail|\bomit|\bstops?\b|\bsilent|\bmute"  # noqa: RUF001
    r"|\bvague|\bleaves?\b|\bleft\b|\binsufficient|\binconclusive|\babsent|\bmissing|\bbeyond|\boutside|\bimpossible"
    r"|\bopen\b|\btoo little",
    re.IGNORECASE,
)


def is_marked(sentence: str) -> bool:
    """Tell whether a sentence begins with the agreed mark of what the sources leave open.

    >>> is_marked("**NOT SAID:** the price."), is_marked("It is not said.")
    (True, False)
    """
    return MARKED.match(sentence) is not None


def denies(sentence: str) -> bool:
    """Tell whether a sentence says that the sources don't tell something.

    >>> denies("The abstracts do not state the price."), denies("I cannot answer that."), denies("It needs no labels.")
    (True, True, False)
    """
    sentence = sentence[:LONGEST]
    if CUE.search(sentence) is None:
        return False
    return is_marked(sentence) or DENIAL.search(OTHERS.sub("they", sentence)) is not None
