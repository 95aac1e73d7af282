"""How many typing mistakes two words are apart, and which stems of a library a mistyped word may have.

A mistake is a letter too many, a letter missing, another letter, or two neighbours that changed places (the restricted
distance of Damerau 1964).
"""

from collections.abc import Collection, Iterator

import numpy as np
from numpy.typing import NDArray

from rag.text.words import stem

LONGEST = 24  # letters of a word that is looked at
LEAST = 3  # letters that a word has before its ending
WHOLE = 6  # letters before an ending that may hold two mistakes
ENDING, BOTH = 3, 4  # ranks of stems behind those of one mistake and of two
FAR = 99


def distance(one: str, other: str, most: int) -> int:
    """Return how many mistakes two words are apart; `most` + 1 when they are further.

    >>> distance("trianing", "training", 2), distance("atention", "attention", 1), distance("moss", "leaf", 2)
    (1, 1, 3)
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before, last = [FAR] * (len(other) + 1), list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, its in enumerate(other, start=1):
            cost = min(last[j - 1] + (letter != its), last[j] + 1, row[j - 1] + 1)
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return min(last[-1], most + 1)


def stems_near(word: str, stems: Collection[str], most: int) -> dict[str, int]:
    """Return the stems that a mistyped word may have, each with its rank: the lower, the likelier.

    A stem is what a word begins with, but for its last letter at times ("theories": theori). Where all mistakes stand
    before the ending, what is mended and given the ending has that very stem: the rank is how many there are. Where
    all stand in the ending, or in the letter before it (ENDING), and where some stand here and some there (BOTH), only
    the words of the papers can tell.
    """
    held = [one for one in stems if LEAST <= len(one) <= len(word) + most and one.isascii()]
    if not held or len(word) > LONGEST:
        return {}
    lengths, columns = np.array([len(one) for one in held]), np.arange(len(held))
    letters = np.array(held, dtype=f"S{lengths.max()}").view(np.uint8).reshape(len(held), -1).T
    ranks: dict[str, int] = {}
    for at, rows in enumerate(_rows(word.encode(), np.ascontiguousarray(letters)), start=1):
        if at < LEAST:
            continue
        within = most if at >= WHOLE else 1
        whole, cut = rows[lengths, columns], rows[lengths - 1, columns]
        for place in np.flatnonzero(np.minimum(whole, cut) <= within):
            one, ending = held[place], word[at:]
            mended = ((int(whole[place]), one + ending), (int(cut[place]), one[:-1] + ending))
            found = [far for far, text in mended if 0 < far <= within and stem(text) == one]
            found += [ENDING] * bool(min(whole[place], cut[place]) == 0)
            found += [BOTH] * bool(within > 1 and whole[place] == 1)
            if found:
                ranks[one] = min(*found, ranks.get(one, FAR))
    return ranks


def _rows(word: bytes, letters: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Yield, for each beginning of a word, how far it is from each beginning of each column of letters (length + 1, n).

    All columns at once, a row of the usual table after another.
    """
    length, columns = letters.shape
    before = last = np.repeat(np.arange(length + 1, dtype=np.uint8)[:, None], columns, axis=1)
    for i, letter in enumerate(word, start=1):
        row = np.empty_like(last)
        row[0] = i
        differs = (letters != letter).astype(np.uint8)
        for j in range(1, length + 1):
            np.minimum(last[j], row[j - 1], out=row[j])
            row[j] += 1
            np.minimum(row[j], last[j - 1] + differs[j - 1], out=row[j])
            if i > 1 and j > 1:
                swapped = (letters[j - 2] == letter) & (letters[j - 1] == word[i - 2])
                np.minimum(row[j], before[j - 2] + 1, out=row[j], where=swapped)
        yield row
        before, last = last, row
