"""What in a server's words says that a request should be made another way: pure, and of any server.

The words are those of `said.everything_in`: all of a body on one line.
"""

import re

LEAST = 16  # tokens: a smaller number in the words is no limit of a reply
# A prompt that is too long for the model: said of the window, or of the prompt.
WINDOW = re.compile(
    r"exceed_context|context[_ -]?(?:length|size|window|limit)|n_ctx|max_(?:seq|model|input|context|prompt)_?\w*len"
    r"|max_position_embeddings|tokens?_limit_reached|string_above_max_length|string_too_long|any_str\.max_length"
    r"|input_too_long|prompt_too_long|\bat most \d[\d,]* char"
    r"|max(?:imum)?[_ ](?:allowed )?(?:context|prompt|input|sequence|model)[_ ]?(?:len|length|size|tokens?)"
    r"|range of input length|(?:reduce|shorten) (?:the (?:length|size) of )?(?:the|your) (?:messages?|prompt|input)"
    r"|(?:prompt|input|inputs|messages?|request(?: body)?|text|conversation|sequence|quer(?:y|ies)|content|payload"
    r"|string)\b[^.;]{0,60}?\b(?:(?:is|are|was|too|way) )*(?:too (?:long|large|big)|longer than)"
    r"|\b(?:prompt|input)\b[^.;]{0,40}\bexceed\w*[^.;]{0,20}\b(?:max|limit|len)|过长|超长",
    re.IGNORECASE,
)
# Said of tokens alone: of the prompt's, unless it is of the reply's or of an allowance.
TOKENS = re.compile(
    r"too many (?:\w+ )*(?:tokens|text bytes)|tokens?\b[^.;]{0,80}\b(?:exceed|is over|are over|larger than|> ?\d)"
    r"|exceed\w*\b[^.;]{0,60}\btokens?\b|exceeded model token limit"
    r"|must (?:have|be) (?:less|fewer|at most|<=)[^.;]{0,20}(?:tokens|\d)[^;]{0,20}(?:given|tokens)",
    re.IGNORECASE,
)
PROMPT = re.compile(r"\b(?:prompt|inputs?|messages?|context|sequence)\b", re.IGNORECASE)
REPLY = re.compile(
    r"max_(?:completion_|output_|new_)?tokens|max(?:output|completion|new)?tokens\b"
    r"|(?:completion|output|generated|response|maximum) tokens"
    r"|\bmax tokens?\W{0,3}(?:value )?(?:must|should|can|may|has)\b",
    re.IGNORECASE,
)
# What a reply's limit may be, said of that limit alone.
CEILING = re.compile(
    r"(?<!\+ )(?<!\+ [`'\"])(?<!and )(?<!and [`'\"])\bmax[_ ]?(?:completion[_ ]?|output[_ ]?|new[_ ]?)?tokens?\b\W{0,3}"
    r"(?:must|should|can(?:not|'t)?|may|has to)(?: not)? (?:be )?(?:less|lower|smaller|at most|<=?|≤|between|in "
    r"|within|no |not |up to|greater|larger|more|exceed)[^.;]{0,40}?\d",
    re.IGNORECASE,
)
ASKED = re.compile(r"\b(?:prompt|inputs?|messages|sequence)\b", re.IGNORECASE)
LABEL = re.compile(r"(?:^|(?<=; ))message(?= ;)")  # a key of the body, which says nothing of the prompt
ALLOWANCE = re.compile(
    r"\bper[ -](?:second|minute|min|hour|day|week|month)\b|\b[RT]P[MDS]\b|\brate[_ -]?limit|\bquota|throttl"
    r"|too_many_requests|\b(?:hour|dai|week|month)ly\b|\btoday\b|\bbilling\b",
    re.IGNORECASE,
)
PARAMETER = re.compile(
    r"(?:un(?:supported|known|recogni[sz]ed|expected|permitted)|extra|additional|not (?:permitted|supported|allowed))"
    r"[^.;]{0,40}\b(?:param\w*|arguments?|args?|kwargs|fields?|options?|propert\w+|keys?|inputs?|names?)\b"
    r"|\b(?:param\w*|arguments?|fields?|options?|propert\w+|inputs?)\b[^.;]{0,40}"
    r"(?:not (?:permitted|supported|allowed)|un(?:supported|known|recogni[sz]ed|expected))|extra_forbidden",
    re.IGNORECASE,
)
TOO_LARGE = re.compile(
    r"too (?:large|high|big|many)|at most|less than|lower than|maximum|exceed|<=|≤|\brange\b|greater than|larger than"
    r"|above|between|up to|limit",
    re.IGNORECASE,
)
NEGATED = (
    r"(?:not|n't|un(?:supported|available)|disabled|without|cannot|verified|disallowed|must be (?:false|off)|only)"
)
STREAM = re.compile(
    rf"\bstream(?:ing|ed|s)?\b[^.;]{{0,60}}{NEGATED}|{NEGATED}[^.;]{{0,60}}\bstream(?:ing|ed|s)?\b", re.IGNORECASE
)
SYSTEM = re.compile(
    r"\b(?:system|developer)['\"`]?[ _](?:role|message|instruction|prompt|turn)s?\b[^;]{0,60}"
    r"(?:not|n't|un(?:supported|expected|known)|invalid|disabled|only)"
    r"|(?:not|n't|un(?:supported|expected|known)|invalid|no)\b[^.;]{0,60}"
    r"\b(?:system|developer)['\"`]?(?:[ _](?:role|message|instruction|prompt|turn)|['\"`])"
    r"|\brole\b[^;]{0,60}['\"`](?:system|developer)\b|\brole:? ['\"`]?(?:system|developer)\b"
    r"|['\"`]system['\"`][^;]{0,30}(?:not|n't|invalid|un(?:supported|expected))"
    r"|messages?\W{0,3}0\W{0,3}\.?role|roles? (?:must|should)|must alternate|alternate between|alternating"
    r"|(?:first|index 0|initial)\b[^.;]{0,50}(?:must|should) be\b[^.;]{0,30}\buser\b"
    r"|(?:must|should|ha(?:s|ve) to|needs? to|expected to)(?: always)? (?:start|begin)s? with\b[^.;]{0,30}\buser\b"
    r"|(?:only|must be|be one of|supported values)\b[^.;]{0,60}\buser\b[^.;]{0,40}(?:role|assistant)",
    re.IGNORECASE,
)


def is_overflow(words: str) -> bool:
    """Tell whether a server's words say that a prompt doesn't fit into the model's context window.

    An allowance of tokens a minute is none, and neither is a reply that was allowed to be too long.

    >>> is_overflow("prompt is too long: 215000 tokens > 200000 maximum")
    True
    >>> is_overflow("Rate limit reached: too many tokens per minute")
    False
    >>> is_overflow("max_tokens is too large: 500. This model supports at most 256 completion tokens")
    False
    """
    if ALLOWANCE.search(words):
        return False
    words = LABEL.sub("", words)
    if REPLY.search(words) and not (PROMPT.search(words) and (ASKED.search(words) or not CEILING.search(words))):
        return False
    return bool(WINDOW.search(words) or TOKENS.search(words))


def names_in(words: str, names: frozenset[str]) -> frozenset[str]:
    """Return which options of a request a server's words name.

    >>> sorted(names_in('Unknown name "seed"; top_seed, seed-oss-36b', frozenset({"seed", "temperature"})))
    ['seed']
    """
    return frozenset(name for name in names if re.search(rf"(?<![\w/-]){name}(?![\w/-])", words))


def is_about_options(words: str) -> bool:
    """Tell whether a server's words refuse some option of a request, without a name that is known."""
    return bool(PARAMETER.search(words))


def limits_reply(words: str) -> bool:
    """Tell whether a server's words are about how many tokens a reply may have, by whatever name.

    >>> limits_reply("too many tokens: max tokens must be less than or equal to 256")
    True
    """
    return bool(REPLY.search(words))


def longest_reply(words: str, asked: int) -> int | None:
    """Return how many tokens a server lets a reply have at most, where its words say so; None where they don't.

    >>> longest_reply("max_tokens is too large: 500. This model supports at most 256 completion tokens", 500)
    256
    """
    if not TOO_LARGE.search(words):
        return None
    told = [int(number) for number in re.findall(r"(?<![\w.-])\d{1,9}(?![\w-]|\.\d)", words.replace(",", ""))]
    return max((number for number in told if LEAST <= number < asked), default=None)


def refuses_stream(words: str) -> bool:
    """Tell whether a server's words say that it doesn't stream."""
    return bool(STREAM.search(words))


def refuses_system(words: str) -> bool:
    """Tell whether a server's words say that its model knows no system message."""
    return bool(SYSTEM.search(words))
