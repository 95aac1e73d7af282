"""Words of a question that nobody knows, read as words that the library knows: "dropuot" as "dropout".

    1. a word is looked at when it is plain: small letters, five or more, no part of a name, a quote, an identifier
    2. it is known when a paper holds its stem, when it is a whole entry of the embedding model's vocabulary, and when
       it is English (rag.retrieval.english): a library of one field knows few words of another
    3. else it becomes the nearest word of the papers with the same first letter: a mistake away, two from eight
       letters; of several the one whose stem most papers hold

What a question becomes is told; nothing is read otherwise where the embedding model tells no vocabulary, and in a
question in another language than English. Measured in eval/RESULTS.md.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Protocol, runtime_checkable

from rag.records import Reading
from rag.retrieval.edits import ENDING, distance, stems_near
from rag.retrieval.english import is_word
from rag.storage.catalog.catalog import Catalog
from rag.text.questions.languages import question_language
from rag.text.words import STOP_WORDS, stem

SHORTEST, LONG = 5, 8  # letters of a word that may hold one mistake, and two
HELD = 2  # papers that hold the stem of a word that another is read as
MOST = 6  # words of one question that are looked for: bounds its price
STEMS = 8  # stems whose written forms are looked at
SAMPLE = 30  # papers in which they are
PLAIN = re.compile(r"(?<![^\W_])[a-z]+(?![^\W_])")
QUOTED = re.compile(
    r"\"[^\"]*\"|\u201c[^\u201d]*\u201d|\u201e[^\u201c\u201d]*[\u201c\u201d]|\u00ab[^\u00bb]*\u00bb|`[^`]*`"
    r"|(?<!\w)'[^']*'(?!\w)|(?<!\w)\u2018[^\u2019]*\u2019(?!\w)|\$[^$]*\$"
)
ODD = re.compile(r"[\d_@/\\=#<>{}^~|]|\w[.:]\w|[^\W\d_][A-Z]")  # what makes a run of characters no plain words
TRIED = ("", "e", "y", "s", "ed", "ing", "ion", "ation", "al", "ive", "ic", "ity", "er", "able", "ly", "ment", "ness")
WRITTEN = re.compile(r"[^\W\d_]+")


@runtime_checkable
class KnowsWords(Protocol):
    """An embedding model that tells its vocabulary."""

    def knows(self, word: str) -> bool:
        """Return whether a word is a whole entry of the vocabulary."""


def readings(question: str, embedder: object, catalog: Catalog) -> tuple[Reading, ...]:
    """Return the words of a question that are read as words of the library, in their order.

    Raises StorageError, LibraryDamagedError.
    """
    words = list(plain_words(question)) if isinstance(embedder, KnowsWords) else []
    if not words:
        return ()
    held = catalog.full_text.document_frequency(list({stem(word) for _, word in words}))
    strange = {word for _, word in words if stem(word) not in held and not _knows(embedder, word)}
    strange = {word for word in strange if not is_word(word, partial(_held, catalog))}
    if not strange or question_language(question):
        return ()
    asked = list(dict.fromkeys(word for _, word in words if word in strange))[:MOST]
    found = {word: nearest(word, catalog) for word in asked}
    return tuple(Reading(word, found[word], at) for at, word in words if found.get(word))


def plain_words(question: str) -> Iterator[tuple[int, str]]:
    """Yield the words that may be mistyped, each with its place: no names, quotes, identifiers, little words.

    >>> [word for _, word in plain_words('Does TaylorSeer "reuse" cahced features of bert-base-v2 or foo_barbaz?')]
    ['cahced', 'features']
    """
    left = QUOTED.sub(lambda quoted: " " * len(quoted[0]), question)
    for run in re.finditer(r"\S+", left):
        if ODD.search(run[0]):
            continue
        for word in PLAIN.finditer(run[0]):
            if len(word[0]) >= SHORTEST and word[0] not in STOP_WORDS:
                yield run.start() + word.start(), word[0]


def nearest(word: str, catalog: Catalog) -> str:
    """Return the word of the papers that a mistyped one is read as, as most papers write it; nothing without any."""
    most = 2 if len(word) >= LONG else 1
    vocabulary = catalog.full_text.vocabulary(word[0])
    near = stems_near(word, [one for one, papers in vocabulary.items() if papers >= HELD], most)
    # Behind the mistakes the longest stem is the likeliest: what is left of the word is but an ending.
    ordered = sorted(near, key=lambda one: (near[one], -len(one) * (near[one] >= ENDING), -vocabulary[one]))
    best = min(
        (
            (far, -vocabulary[one], -count, form)
            for one in ordered[:STEMS]
            for form, count in written_forms(one, catalog).items()
            if (far := distance(word, form.lower(), most)) <= most
        ),
        default=None,
    )
    return best[-1] if best else ""


def written_forms(stemmed: str, catalog: Catalog) -> dict[str, int]:
    """Return the words of this stem as papers that hold it write them, and how often.

    In small letters where any paper writes them so: titles and sentences begin with capitals that tell nothing.
    """
    word = next((one for ending in TRIED if stem(one := stemmed + ending) == stemmed), stemmed)
    papers = catalog.papers([paper_id for paper_id, _ in catalog.full_text.match([word], SAMPLE)])
    beginning = stemmed[:-1]
    counts: dict[str, Counter[str]] = {}
    for paper in papers:
        for written in WRITTEN.findall(f"{paper.title}\n{paper.abstract}"):
            if written.lower().startswith(beginning) and stem(written) == stemmed:
                counts.setdefault(written.lower(), Counter())[written] += 1
    return {low if low in one else max(one, key=one.__getitem__): one.total() for low, one in counts.items()}


def _knows(embedder: object, word: str) -> bool:
    return isinstance(embedder, KnowsWords) and embedder.knows(word)


def _held(catalog: Catalog, word: str) -> bool:
    """Tell whether papers hold a word that stands behind a prefix: by a stem that is long enough to tell it."""
    stemmed = stem(word)
    return len(stemmed) >= SHORTEST and catalog.full_text.document_frequency([stemmed]).get(stemmed, 0) >= HELD
