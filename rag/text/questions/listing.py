"""Questions that ask for a list: "List all papers on dropout", "What methods are there for pruning?"

A small grammar of English forms, and on purpose no more: a question that asks for something else and is taken for one
of these gets a list in the place of its answer, while a list that isn't seen gets an answer as any question does. So
the form must be the whole question, and name papers or ways in the plural: "Which paper uses X?" asks for one, and
"Which papers use X, and why?" for more than a list.
"""

import re

from rag.text.words import stems

PAPERS = (
    r"(?:(?:research |scientific |journal |other )?(?:papers|articles|works|studies|publications|abstracts|preprints))"
)
WAYS = (
    r"(?P<ways>(?:[a-z-]+ )?"
    r"(?:methods|approaches|techniques|algorithms|models|datasets|benchmarks|architectures|frameworks))"
)
HERE = (
    r"(?: (?:here|(?:in|from|of) (?:this|the|my|our) (?:library|collection|shelf|papers)|"
    r"(?:do )?(?:i|we) have|there))?"
)
ABOUT = (
    r"(?:on|about|concerning|regarding|covering|(?:(?:that|which) )?(?:are |is )?(?:related to|dealing with|about|on|"
    r"concerned with))"
)
DOING = (
    r"(?:use|study|deal with|discuss|address|propose|cover|mention|apply|consider|employ|talk about|work on|look at|"
    r"investigate|introduce|treat|explore|examine|analy[sz]e|present|describe|rely on|build on|are (?:on|about)|"
    r"have (?:used|studied|proposed|discussed|applied|addressed)|(?:deal|work)s? with|"
    r"(?:evaluate|test|train|report results|experiment|benchmark)(?: on| with)?)"
)
USING = (
    r"(?:using|studying|discussing|addressing|proposing|applying|employing|working on|introducing|exploring|mentioning)"
)
WHICH = rf"(?:{ABOUT}|(?:that|which) {DOING}|{USING})"
TOPIC = r"(?P<topic>.+)"
ASK = (
    r"(?:please )?(?:(?:can|could|would) you (?:please )?|i (?:want|need)(?: you)? to |"
    r"i(?:'d| would) like (?:you )?to )?"
)
SHOW = (
    r"(?:list|show|name|enumerate|give|find|get|fetch|tell)(?: (?:me|us))?(?: (?:a|the) (?:full |complete )?list of)?"
    r"(?: (?:all|every|any|some))?(?: of)?(?: (?:the|my|our|these))?(?: relevant)?"
)
HAVE = r"(?: are(?: there)?| exist| do (?:i|we|you) have| have (?:i|we))?"
KNOWN = r"(?:are there|exist|are known|have been proposed|do (?:i|we) have)"
FORMS = tuple(
    re.compile(rf"(?:{form})\s*[.?!]*", re.IGNORECASE)
    for form in (
        # "List all papers on X", "Show me the papers that use X", "all papers about X"
        rf"{ASK}{SHOW} {PAPERS}{HERE} {WHICH} {TOPIC}",
        rf"(?:all |the |all the |my )?{PAPERS} (?:on|about) {TOPIC}",
        # "Which papers use X?", "What papers are there on X?", "Are there papers that use X?"
        rf"(?:which|what|how many)(?: of (?:the|my|these))? {PAPERS}{HERE} {DOING} {TOPIC}",
        rf"(?:which|what|how many) {PAPERS}{HAVE}{HERE} {ABOUT} {TOPIC}",
        rf"(?:are there|do (?:i|we|you) have|have (?:i|we) got)(?: any| some| other)? {PAPERS}{HERE} {WHICH} {TOPIC}",
        # "What methods are there for X?", "Which approaches to X exist?", "List the approaches to X"
        rf"(?:which|what) {WAYS} {KNOWN}(?: here)? (?:for|to|of|on|in) {TOPIC}",
        rf"(?:which|what) {WAYS} (?:for|to|of) {TOPIC} {KNOWN}",
        rf"{ASK}{SHOW} {WAYS} (?:for|to) {TOPIC}",
    )
)
AMONG = re.compile(  # "Which papers ...", "How many studies ...", "List all articles ...", "Any work on ..."
    rf"(?:{ASK}{SHOW}|which|what|how many|(?:are there|is there|do (?:i|we|you) have)(?: any| some)?|any)"
    rf" (?:{PAPERS}|work (?:on|about)|research (?:on|about))\b(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
# What a topic doesn't hold: a second question, what only the search's filters can do, and words that point back.
MORE_ASKED = re.compile(
    r"[?;:]|[,.] |"
    r"\b(?:and|but|or) (?:what|which|how|why|who|when|where|whether|do|does|did|is|are|can|compare|say|tell|explain)\b|"
    r"\b(?:not|without|except|since|before|after|published|(?:from|in) \d{4})\b|"
    r"\bthe (?:papers?|study|studies|authors?|abstracts?|article)\b|"
    r"\b(?:it|its|they|them|their|theirs|this|that one|these|those)\b",
    re.IGNORECASE,
)
GENERAL = frozenset("method approach techniqu algorithm model".split())  # ways by these names tell nothing of a topic
MOST_WORDS = 8  # telling words of a topic; a longer one is a question about something


def listed_in(question: str) -> str | None:
    """Return what a question wants the papers or ways listed of; None when it asks for anything else.

    >>> listed_in("List all papers on differential privacy.")
    'differential privacy'
    >>> listed_in("What pruning methods are there for language models?")
    'pruning methods for language models'
    >>> listed_in("Which papers use dropout, and what for?"), listed_in("What is dropout?")
    (None, None)
    """
    text = " ".join(question.split())
    for form in FORMS:
        if match := form.fullmatch(text):
            topic, ways = match["topic"].strip(" .?!\"'"), match.groupdict().get("ways")
            if MORE_ASKED.search(topic) or not 0 < len(stems(topic)) <= MOST_WORDS:
                return None
            return topic if not ways or GENERAL.issuperset(stems(ways)) else f"{ways} for {topic}"
    return None


def among_papers(question: str) -> bool:
    """Tell whether a question looks for papers among all that are there, and says by what, whatever its form else.

    >>> among_papers("Which papers evaluate on ImageNet?"), among_papers("Any other papers?")
    (True, False)
    """
    found = AMONG.match(" ".join(question.split()))
    return bool(found and stems(found["rest"]))
