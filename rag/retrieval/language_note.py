"""What a reader is told whose question is in a language that the embedding model doesn't read."""

from rag.models.embedders.minilm import NAME as BUNDLED
from rag.text.questions.languages import NAMES, question_language

NOTE = (
    "The bundled model reads English; this question looks {}. Ask in English, or set a model that reads it "
    "(ASKPAPERS_EMBEDDING=hf:intfloat/multilingual-e5-small) and run askpapers rebuild."
)


def language_note(question: str, embedder: str) -> str:
    """Return what to tell about the language of a question, by the name of the embedding model; mostly nothing.

    >>> language_note("¿Cómo evita el dropout el sobreajuste?", BUNDLED)[:60]
    'The bundled model reads English; this question looks Spanish'
    >>> language_note("¿Cómo evita el dropout el sobreajuste?", "openai:other"), language_note("Why dropout?", BUNDLED)
    ('', '')
    """
    code = question_language(question) if embedder == BUNDLED else ""
    return NOTE.format(NAMES[code]) if code else ""
