r"""Formulas between dollar signs, as Markdown knows them: models write `\(x\)`, `\[x\]` and environments as well."""

import re

ASIDE = re.compile(  # code, and formulas that have their dollar signs
    r"^ {0,8}(?P<fence>```+|~~~+).*?(?:^ {0,8}(?P=fence)[`~]*[ \t]*$|\Z)"
    r"|(?P<ticks>`{1,3})(?!`)[^`]{1,1000}(?<!`)(?P=ticks)(?!`)"
    r"|\$\$[^$]{1,2000}\$\$|(?<![\\$])\$(?=[^\s$])[^$\n]{1,300}(?<=[^\s\\])\$(?![\d$])",
    re.MULTILINE | re.DOTALL,
)
BRACKETED = re.compile(  # as LaTeX itself writes them, of which Markdown would take the backslashes
    r"(?<!\\)\\\((?P<inline>(?:(?!\n\s*\n|\\\)|\$).){1,300})\\\)"
    r"|(?<!\\)\\\[(?P<shown>(?:(?!\n\s*\n|\\\]|\$).){1,1000})\\\]"
    r"|(?P<named>\\begin\{(?P<name>equation|align|gather|multline|aligned|gathered|cases|[pbvB]?matrix)(?P<star>\*?)\}"
    r"(?P<body>(?:(?!\n\s*\n|\$|\\end\{(?P=name)).){1,1000})\\end\{(?P=name)(?P=star)\})",
    re.DOTALL,
)


def with_dollars(text: str) -> str:
    r"""Return a text with its formulas between dollar signs, however they were written; code stays as it is.

    >>> print(with_dollars(r"So \(x\), `\(y\)`, \[ z. \]"))
    So $x$, `\(y\)`, $$z.$$
    """
    if "\\" not in text:
        return text
    done, at = "", 0
    for code in ASIDE.finditer(text):
        done += BRACKETED.sub(_dollars, text[at : code.start()]) + code[0]
        at = code.end()
    return done + BRACKETED.sub(_dollars, text[at:])


def _dollars(found: re.Match[str]) -> str:
    if found["inline"]:
        return f"${' '.join(found['inline'].split())}$"
    inside = found["shown"] or found["body"] if found["name"] in {None, "equation"} else found["named"]
    return f"$${' '.join(inside.split())}$$"
