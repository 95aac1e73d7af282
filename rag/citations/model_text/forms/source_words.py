"""The words with which models point at a source, in the languages that most of them write (rag/data/languages)."""

from rag.text.word_lists import any_of, word_lists

_KNOWN = word_lists("sources")

# Lower-case words: what a source is called, what may stand in front, several names, what parts them, a place within a
# source, and where papers are kept.
NOUNS, INTRODUCING, OTHERS, AND, PLACES, ARCHIVES = (
    frozenset(_KNOWN[name].split()) for name in ("nouns", "introducing", "others", "and", "places", "archives")
)
LETTERS = frozenset("sdpr")  # nouns where no word stands between them and the number: [S1]
# Patterns.
WITHOUT_SPACES, ABROAD, LABELS, HEADINGS, ANSWERS, QUESTIONS = (
    any_of(_KNOWN[name]) for name in ("without_spaces", "abroad", "labels", "headings", "answers", "questions")
)
