"""Is a word English? By the word list of pyspellchecker, and by how English makes words of words.

The list is read as it lies in that package, as bytes that are searched: a set of its 160,000 words would take 150 ms
and 15 MB of a process that asks once.
"""

import gzip
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from rag.text.words import stem

LEAST = 5  # letters of what a word is made of
ENDINGS = ("s", "es", "d", "ed", "ing", "ly")
PREFIXES = tuple(
    "anti auto bi co counter cross de dis en extra hyper hypo in inter intra macro mega meta micro mid mini mis mono "
    "multi neo non out over para poly post pre pro pseudo quasi re semi sub super supra trans tri ultra un uni "
    "under".split()
)


def is_english(word: str) -> bool:
    """Tell whether a word of the letters a to z stands in the list.

    >>> is_english("splicing"), is_english("slpicing")
    (True, False)
    """
    return f'"{word}"'.encode() in _listed()


def is_word(word: str, held: Callable[[str], bool]) -> bool:
    """Tell whether a word is in the list, a regular form of one that is, or one of these or one `held` with a prefix.

    >>> is_word("multiphysics", set().__contains__), is_word("reational", {"rational"}.__contains__)
    (True, False)
    """
    if _is_form(word):
        return True
    rests = [word[len(one) :] for one in PREFIXES if word.startswith(one)]
    return any(len(rest) >= LEAST and (_is_form(rest) or held(rest)) for rest in rests)


def _is_form(word: str) -> bool:
    """Tell whether a word is in the list, or a regular form of one that is: stems tell how English bends them."""
    if is_english(word):
        return True
    cut = (word.removesuffix(ending) for ending in ENDINGS if word.endswith(ending))
    bases = (one for base in cut if len(base) >= LEAST for one in (base, f"{base}e", f"{base[:-1]}y"))
    return any(stem(base) == stem(word) and is_english(base) for base in bases)


@cache
def _listed() -> bytes:
    """Return the list; an empty one where a later version of the package keeps it elsewhere."""
    spec = find_spec("spellchecker")
    path = Path(spec.origin).parent / "resources" / "en.json.gz" if spec and spec.origin else None
    return gzip.decompress(path.read_bytes()) if path and path.is_file() else b""
