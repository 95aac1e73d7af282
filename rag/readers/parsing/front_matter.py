"""What stands at the top of a note in Markdown: names and values in YAML, in TOML, or as Logseq writes them.

PyYAML, because it reads what note programs write. Values stay texts, as they are written: no `2101.00010` becomes a
number. What is no YAML, as templates often make it (`title: Otters: a study`), is read line by line.
"""

import re
import tomllib
from collections.abc import Mapping
from typing import Any, NamedTuple

import yaml

LONGEST = 200_000  # characters
FENCED = re.compile(r"(?s)(?P<fence>---|\+\+\+)[ \t]*\n(?P<inside>.*?)\n?(?:(?P=fence)|\.\.\.)[ \t]*(?:\n|$)")
PAIR = re.compile(r"(?P<name>[\w][\w -]{0,60}?)\s*:\s+(?P<value>\S.*)$")
ITEM = re.compile(r"\s*-\s+(?P<value>\S.*)$")
PROPERTY = re.compile(r"\s*(?:[-*]\s+)?(?P<name>[\w][\w -]{0,60}?)::\s*(?P<value>.*)$")
QUOTED = re.compile(r"""(["'])(.*)\1""")


class Note(NamedTuple):
    """A note: what its top says by name, and the text below."""

    values: Mapping[str, Any]
    body: str


class _Texts(yaml.BaseLoader):  # type: ignore[misc]  # PyYAML ships no types
    """Reads YAML as texts, lists and mappings. Aliases are refused: a few of them make a value without an end."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            msg = "an alias"
            raise yaml.YAMLError(msg)
        return super().compose_node(parent, index)


def parted(text: str) -> Note:
    r"""Return a note as its top and its body; of one without a top no values.

    >>> parted("---\ntitle: Otters: a study\n---\nText")
    Note(values={'title': 'Otters: a study'}, body='Text')
    """
    if fenced := FENCED.match(text):
        inside = fenced["inside"][:LONGEST]
        values = _yaml(inside) if fenced["fence"] == "---" else _toml(inside)
        return Note(values, text[fenced.end() :])
    lines = text.split("\n")
    found = dict[str, Any]()
    for number, line in enumerate(lines):
        pair = PROPERTY.match(line)
        if pair is None and line.strip(" -"):
            return Note(found, "\n".join(lines[number:]))
        if pair:
            found.setdefault(pair["name"], pair["value"])
    return Note(found, "")


def _yaml(inside: str) -> Mapping[str, Any]:
    try:
        values = yaml.load(inside, _Texts)  # noqa: S506  (BaseLoader makes nothing but texts, lists and mappings)
    except (yaml.YAMLError, ValueError, RecursionError):
        return _by_line(inside)
    return {str(name): value for name, value in values.items()} if isinstance(values, dict) else {}


def _toml(inside: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(inside)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _by_line(inside: str) -> Mapping[str, Any]:
    """Return what stands on lines by themselves, `name: value`, and the items under a name."""
    found, last = dict[str, Any](), ""
    for line in inside.split("\n"):
        if pair := PAIR.match(line):
            last = pair["name"]
            found[last] = _unquoted(pair["value"])
        elif line.rstrip().endswith(":") and not line.startswith((" ", "-")):
            last = line.rstrip()[:-1]
            found[last] = []
        elif (item := ITEM.match(line)) and isinstance(found.get(last), list):
            found[last].append(_unquoted(item["value"]))
        elif line.startswith(" ") and isinstance(found.get(last), str):
            found[last] = f"{found[last].lstrip('>|- ')} {line.strip()}"
    return found


def _unquoted(value: str) -> str:
    text = value.strip()
    return quoted[2] if (quoted := QUOTED.fullmatch(text)) else text
