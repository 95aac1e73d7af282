"""A title and its translation as one title."""

from rag.text.languages import language


def both_titles(title: str, translated: str) -> str:
    """Return a title with its translation behind it in brackets; where only that is English, the other way round.

    >>> both_titles("Состояние рек", "State of the rivers"), both_titles("On rivers", "")
    ('State of the rivers [Состояние рек]', 'On rivers')
    """
    title, translated = title.strip(), translated.strip()
    if not title or not translated or title.casefold() == translated.casefold():
        return title or translated
    if language(translated) == "en" and language(title) != "en":
        title, translated = translated, title
    return f"{title} [{translated}]"
