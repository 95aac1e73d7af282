"""The marks that models put around their thinking and their answers, as a grammar: what a mark is and what it does.

    <think> </thought> [THINK] <seed:think> <|begin_of_thought|>  thinking begins, ends; any name of that kind
    <answer> </final_answer> <|START_RESPONSE|>                  a frame around the answer
    <|channel|>analysis<|message|>, ...assistantfinal             Harmony's channels, with their tokens or without
    <details type="reasoning"><summary>Thought for 5 s</summary>  what a page folds away, </details>
    <tool_call> </tool_call> <|python_tag|> [TOOL_CALLS]          calls of tools: no answer
    <|im_end|> </s> <end_of_turn>                                 tokens of a chat template

Here each mark is only recognised; whether it does something where it stands (an answer may speak of `<think>`) is
said by `is_mention`, what follows from it by rag.models.llms.thinking.stream. What has no brackets, and counts only
where a reply begins with it, is in rag.models.llms.thinking.openings.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from rag.utils.patterns import lazily

BAR = "\N{FULLWIDTH VERTICAL LINE}"
HEADER_LENGTH = 160  # characters in which a header of Harmony ends
ROLE = 24  # characters in which the role behind a token that begins a turn stands
LONGEST = 80  # characters of a mark between its brackets

# Before a mark may be whole: what has to be waited for.
BEGINS = lazily(
    rf"(?:<|&lt;)\s?[\\/|{BAR}]*\s?(?:[^\W\d][^<>&\n]{{0,{LONGEST}}}(?:&(?:g|gt)?)?)?|&(?:l|lt)?"
    r"|\[\s?/?\s?(?:[^\W\d][\w ]{0,24})?"
    r"|\N{WHITE LEFT-POINTING TRIANGLE}[^\n\N{WHITE RIGHT-POINTING TRIANGLE}]{0,24}"
)
BRACKET = lazily(r"[<\[&\N{WHITE LEFT-POINTING TRIANGLE}]")
MARK = lazily(
    rf"(?:<|&lt;)(?P<pipe>\s?[\\/|{BAR}]*\s?[^\W\d][^<>&\n]{{0,{LONGEST}}}?)(?:>|&gt;)"
    r"|\[(?P<square>\s?/?\s?[^\W\d][\w ]{0,24})\]"
    r"|\N{WHITE LEFT-POINTING TRIANGLE}(?P<triangle>[^\n\N{WHITE RIGHT-POINTING TRIANGLE}]{1,24})"
    r"\N{WHITE RIGHT-POINTING TRIANGLE}"
)
UNUSED = lazily(r"<(?:unused\d+|ctrl95)>(?P<opens>thought)?|<(?P<always>ctrl94)>(?:thought)?")  # MedGemma's, Gemini's
INNER = lazily(
    r"(?P<slash>/)?(?P<which>(?:begin|start|open|end|close)(?:[_ -]of)?[_ -](?:the[_ -])?)?(?:[\w.]+:)?"
    r"(?P<name>[^\W\d]\w*(?:[ -][^\W\d]\w*){0,3}?)(?:\s+[\w:-]+\s*=.*)?(?P<empty>\s*/)?"
)
STRONG = (
    r"(?:ant|deep)?think(?:ing|s)?|thoughts?|reason(?:ing|s)?|reflect(?:ion|ions|ing)?|scratch[_ -]?pad|cot|monologue"
    r"|\u601d\u8003|\u63a8\u7406"  # Chinese
)
WEAK = (
    r"deliberat(?:e|ion|ions|ing)|ponder(?:ing)?|contemplat(?:e|ion|ing|or)|ruminat(?:e|ion|ing)|brainstorm(?:ing)?"
    r"|introspect(?:ion)?|musings?|rationale|analysis|analy[sz]e|planning"
)
AROUND = r"(?:[^\W\d_]+[_ -]){{0,3}}(?:{0})(?:[_ -][^\W_]+){{0,2}}"
THINKING_NAME = lazily(AROUND.format(STRONG))
WEAK_NAME = lazily(AROUND.format(WEAK))
FRAME_NAME = lazily(AROUND.format(r"answer|response|reply|solution|output|result|conclusion|final"))
END_NAME = lazily(
    r"/?s|/?[be]os|pad|unk|eot|eom|eod|turn|(?:start|end|begin)[_ ]of[_ ]\w+|(?:start|end)oftext|im[_ ](?:start|end)"
    r"|/?inst"
)

# What a page folds away: thinking by its type or by its title.
FOLD, FOLD_LENGTH = "|fold|", 320
BEGINS_FOLD = lazily(r"<details[\s>]", re.IGNORECASE)
OPENS_FOLD = lazily(
    r"<details(?P<type>(?:\s[^<>]*)?)>\s*(?:<summary(?:\s[^<>]*)?>(?P<title>[^\n]*?)</summary>)?", re.IGNORECASE
)
CLOSES_FOLD = lazily(r"</details\s?>", re.IGNORECASE)
FOLDS_THINKING = lazily(rf"""\stype\s?=\s?["']?(?:{STRONG})\b""", re.IGNORECASE)
TITLE_OF_THINKING = lazily(rf"\b(?:{STRONG})\b", re.IGNORECASE)

TOOL = "|tool|"
CALL = lazily(
    r"(?P<slash>/)?(?:[\w.]+:)?(?:tool|function)[_-]?(?:calls?|use|code)(?:\s[^/]*)?|function=.*|(?P<end>/)function"
)
TOOL_TOKEN = lazily(r"python_tag|tools?_?calls?(?:_section)?(?:_begin)?|start_action")  # all behind it is no answer
UNPAIRED = frozenset({FOLD, TOOL})  # what ends these means nothing where none has begun

HARMONY, FINAL_CHANNEL = "|message|", "|final|"  # names of marks; no tag's
SOMEBODY = lazily(r"<\|start\|>\s*(?:user|system|developer|tool|function)")
BEGINS_HEADER = lazily(r"<\|(?:start|channel)\|?>")
HEADER = lazily(r"<\|(?:start|channel)\|?>[^<>]{0,40}(?:<\|?(?:channel|constrain)\|>[^<>]{0,40}){0,2}<\|message\|>")
CHANNEL = lazily(r"<\|?channel\|?>\s*(?P<name>[a-z]+)", re.IGNORECASE)
FINAL = "assistantfinal"  # Harmony without its tokens: here thinking ends

NOUN = lazily(
    r"[ \t]?-?(?:(?:open|clos|start|end|begin)ing )?(?:tags?|tokens?|markers?|blocks?|sections?|delimiters?|labels?"
    r"|elements?|spans?|traces?|segments?|modes?|phases?|symbols?|prefix(?:es)?|suffix(?:es)?|templates?|fields?"
    r"|pairs?|formats?|rewards?)\b"
)
MAYBE_NOUN = lazily(r"[ \t]?-?(?:[a-z]{0,12}|[a-z]{2,6}ing [a-z]{0,12})|[ \t]*")
MAYBE_ROLE = lazily(rf"(?=.{{0,{ROLE}}}\Z)\s*[a-z]{{0,10}}", re.DOTALL)
QUOTES = "`\"'\u201c\u201d\u2018\u2019\u00ab\u00bb\u300c\u300d"
SPAN = 80
CODE_SPAN = lazily(rf"[^`\n]{{0,{SPAN - 1}}}`")
SENTENCE_END = frozenset(".!?:;\u2026\u3002\uff01\uff1f\uff1a)]}>*_\uff09\u3011\u300d\"'\u201d\u2019`")
BLANK = " \t\u00a0\u200b\ufeff"
PAUSE = lazily(r"[,;)]")
GOES_ON = lazily(r"[ \t]*[a-z\u00df-\u00ff,.;:)!?\[\u3001\u3002\uff0c]")


class Kind(StrEnum):
    """What a mark does."""

    OPENS = "opens"  # thinking begins
    MAY_OPEN = "may open"  # thinking begins, if it ends somewhere
    CLOSES = "closes"  # thinking ends
    FRAMES = "frames"  # the answer begins
    UNFRAMES = "unframes"  # the answer ends
    ASIDE = "aside"  # a token of the template, of no meaning
    ANOTHER = "another"  # somebody else's turn: the reply has ended


BEGINNING = frozenset({Kind.OPENS, Kind.MAY_OPEN, Kind.FRAMES})


class Mark(NamedTuple):
    """A mark: what it does, the name in it, where it ends in its text, and whether it has the form of a token."""

    kind: Kind
    name: str
    end: int
    is_token: bool = False


def mark_at(text: str) -> Mark | None:
    """Return the mark with which a text begins; None when it begins with none.

    >>> mark_at("</Thought > It is 4.")
    Mark(kind=<Kind.CLOSES: 'closes'>, name='thought', end=11, is_token=False)
    """
    if header := HEADER.match(text):
        return _header(header[0])
    if BEGINS_FOLD.match(text) or CLOSES_FOLD.match(text):
        return _fold(text[:FOLD_LENGTH])
    match = MARK.match(text)
    if match is None or match["square"]:
        return _square(match["square"].strip(), match.end()) if match else None
    return _bracketed(match["pipe"] or match["triangle"], text, match.end())


def _bracketed(inner: str, text: str, end: int) -> Mark | None:
    """Return the mark whose brackets hold `inner`."""
    inner = inner.replace("\\", "").strip()
    is_token = inner.strip("/")[:1] in {"|", BAR}
    bare = inner.strip(f"|{BAR} ").replace("\N{LOWER ONE EIGHTH BLOCK}", "_").casefold()
    bare = re.sub(r"^/\s+", "/", bare)
    if bare == "channel" and "|" in inner:
        return _channel(text, end)
    call = None if is_token else CALL.fullmatch(bare)
    if call:
        return Mark(Kind.CLOSES if call["slash"] or call["end"] else Kind.OPENS, TOOL, end)
    if found := _named(bare, text, end, inner):
        return found._replace(is_token=is_token)
    return _token(bare, text, end) if is_token or END_NAME.fullmatch(bare) else None


def _fold(text: str) -> Mark | None:
    """Return what opens or closes a part that a page folds away; None for one that is no thinking."""
    if closes := CLOSES_FOLD.match(text):
        return Mark(Kind.CLOSES, FOLD, closes.end())
    opens = OPENS_FOLD.match(text)
    if opens and FOLDS_THINKING.search(opens["type"]):
        return Mark(Kind.OPENS, FOLD, opens.end())
    titled = opens and TITLE_OF_THINKING.search(opens["title"] or "")
    return Mark(Kind.MAY_OPEN, FOLD, opens.end()) if opens and titled else None


def _header(header: str) -> Mark:
    """Return what a header of Harmony begins: an answer, what is no answer, or somebody else's turn."""
    if SOMEBODY.match(header):
        return Mark(Kind.ANOTHER, "start", len(header))
    channel = CHANNEL.search(header)
    if channel is None:
        return Mark(Kind.FRAMES, HARMONY, len(header))
    return Mark(*_of_channel(channel["name"]), len(header))


def _of_channel(name: str) -> tuple[Kind, str]:
    return (Kind.FRAMES, FINAL_CHANNEL) if name.casefold() == "final" else (Kind.OPENS, HARMONY)


def _named(bare: str, text: str, end: int, inner: str) -> Mark | None:
    """Return a mark of thinking, or of a frame, by what stands in its brackets."""
    if unused := UNUSED.match(text):
        return Mark(Kind.OPENS if unused["opens"] or unused["always"] else Kind.CLOSES, "unused", unused.end())
    parts = INNER.fullmatch(bare)
    if parts is None:
        return None
    name = parts["name"].replace("-", "_").replace(" ", "_")
    which = parts["which"] or ""
    closing = bool(parts["slash"]) or which.startswith(("end", "close")) or name.endswith("_suffix") or inner[0] == "/"
    if parts["empty"]:
        closing = False
    name = name.removesuffix("_suffix").removesuffix("_prefix")
    strong = bool(THINKING_NAME.fullmatch(name)) or name == "inner"
    if strong or WEAK_NAME.fullmatch(name):
        opens = Kind.OPENS if strong else Kind.MAY_OPEN
        return Mark(Kind.ASIDE if parts["empty"] else Kind.CLOSES if closing else opens, name, end)
    if FRAME_NAME.fullmatch(name):
        return Mark(Kind.UNFRAMES if closing else Kind.FRAMES, name, end)
    return None


def _square(inner: str, end: int) -> Mark | None:
    """Return a mark in square brackets: thinking alone, and only in capitals does it begin without an end."""
    name = inner.strip("/ ")
    bare = name.casefold()
    if THINKING_NAME.fullmatch(bare) and " " not in bare:
        opens = Kind.OPENS if name.isupper() else Kind.MAY_OPEN
        return Mark(Kind.CLOSES if inner.startswith("/") else opens, bare, end)
    if name == "TOOL_CALLS":  # Mistral's
        return Mark(Kind.ANOTHER, TOOL, end)
    return Mark(Kind.ASIDE, bare, end) if name in {"INST", "EOS", "BOS"} else None


def _channel(text: str, end: int) -> Mark:
    """Return what a channel's token means where no `<|message|>` follows; Gemma closes one with `<channel|>`."""
    if text.startswith("<channel"):
        return Mark(Kind.CLOSES, HARMONY, end)
    named = CHANNEL.match(text)
    if named is None:
        return Mark(Kind.ASIDE, HARMONY, end)
    return Mark(*_of_channel(named["name"]), named.end())


def _token(bare: str, text: str, end: int) -> Mark:
    """Return a token of a chat template; the role behind one that begins a turn belongs to it."""
    if TOOL_TOKEN.fullmatch(bare):
        return Mark(Kind.ANOTHER, TOOL, end, is_token=True)
    if bare in {"user", "human", "system", "tool", "im_user", "observation"}:
        return Mark(Kind.ANOTHER, bare, end)
    role = re.match(r"\s*(assistant|model|user|human|system|tool)\b", text[end : end + ROLE])
    if role is None or "start" not in bare:
        return Mark(Kind.ASIDE, bare, end)
    kind = Kind.ASIDE if role[1] in {"assistant", "model"} else Kind.ANOTHER
    return Mark(kind, bare, end + role.end(), is_token=True)


def may_become_mark(text: str) -> bool:
    """Tell whether a text that begins with a bracket may still become a mark, or another one, when more of it comes."""
    if BEGINS_HEADER.match(text) and len(text) < HEADER_LENGTH and "<|message|>" not in text:
        return True
    if BEGINS_FOLD.match(text) and len(text) < FOLD_LENGTH and "</summary>" not in text.casefold():
        return True
    return BEGINS.fullmatch(text) is not None


def is_settled(mark: Mark, before: str, after: str) -> bool:
    """Tell whether what stands behind a mark says whether it is one, whatever comes after that."""
    if before.count("`") % 2 and len(after) < SPAN and "\n" not in after and "`" not in after:
        return False
    if ("start" in mark.name and MAYBE_ROLE.fullmatch(after)) or (
        mark.name == "unused" and "thought".startswith(after)
    ):
        return False
    return MAYBE_NOUN.fullmatch(after) is None


def is_quoted(before: str, after: str) -> bool:
    """Tell whether a mark is in quotes or code, or is called a tag; the text around it is that of the same line."""
    if before[-1:] and after[:1] and before[-1] in QUOTES and after[0] in QUOTES:
        return True
    if before.count("`") % 2 and CODE_SPAN.match(after):
        return True
    return NOUN.match(after) is not None


def is_mention(mark: Mark, before: str, after: str, *, thinking: bool) -> bool:
    """Tell whether a mark is only spoken of: quoted, or in the middle of a sentence.

    `before` and `after` are the text around it as far as it is known, `before` from the beginning of its line;
    `thinking`: whether it stands in thinking, where a sentence breaks off more easily.
    """
    if is_quoted(before, after):
        return True
    said = before.rstrip(BLANK)
    inside = bool(said) and said[-1] not in SENTENCE_END
    if mark.kind in BEGINNING and not mark.is_token:
        return inside
    return inside and (PAUSE if thinking else GOES_ON).match(after) is not None
