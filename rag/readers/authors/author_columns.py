"""What stands between the names in a column of authors, told by its first cells.

One cell alone can't tell: `Garcia Marquez, Jose` is one person where other cells write `;` between two, and may be two
where others write `Ann Lee, Bo Roe, Cy Doe`.
"""

import re
from collections.abc import Iterable

SIGNS = (";", "|", "\n")  # that stand in no name
SUFFIX = re.compile(r",\s*(?:Jr|Sr|II|III|IV|2nd|3rd|PhD|MD)\b\.?", re.IGNORECASE)
AND = re.compile(r"\s(?:and|&)\s")


def separator_in(cells: Iterable[str]) -> str | None:
    """Return what stands between the names of each cell, None when it can't be told.

    >>> separator_in(["Garcia Marquez, Jose", "Roe, Richard; Smith, Jr., John"])
    ';'
    >>> separator_in(["Garcia Marquez, Jose", "Roe, Richard and Poe, Ann"])
    ' and '
    >>> separator_in(["Ann Lee, Bo Roe", "Ann Lee, Bo Roe and Cy Doe"]) is None
    True
    """
    texts = [SUFFIX.sub("", cell) for cell in cells if not cell.lstrip().startswith(("[", "{"))]
    lists = sum(text.count(",") > 1 and not any(sign in text for sign in SIGNS) for text in texts)
    counts = {sign: sum(sign in text.strip() for text in texts) for sign in SIGNS}
    sign = max(counts, key=lambda sign: counts[sign])
    if counts[sign]:
        # Where names between signs have no commas, a comma elsewhere parts names: `Jane Doe, John Smith`.
        within = any("," in text for text in texts if sign in text)
        return sign if within and counts[sign] >= lists else None
    joined = [AND.split(text) for text in texts if AND.search(text)]
    if joined:
        return " and " if _are_family_first(parts for text in joined for parts in text) else None
    single = [text for text in texts if "," in text]
    # Whole names in a row have a given name before the first comma: `Ann Lee, Bo Roe`.
    plain = sum(" " not in text.partition(",")[0].strip() for text in single)
    return ";" if single and not lists and plain * 2 > len(single) else None


def _are_family_first(names: Iterable[str]) -> bool:
    """Tell whether most of these names are written `Family, Given`, each with its comma."""
    commas = [name.count(",") for name in names]
    return max(commas) == 1 and sum(commas) * 2 > len(commas)
