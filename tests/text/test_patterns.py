"""Patterns that are compiled when they are first used."""

import re
import subprocess
import sys

import pytest

from rag.utils import patterns
from rag.utils.patterns import lazily

LONGEST = 1_500  # characters of a pattern that importing may compile: those take milliseconds
COUNTED = f"""
import re
compile_, long = re._compiler.compile, []
def counted(pattern, flags=0):
    long.extend([str(pattern)[:60]] * (len(str(pattern)) > {LONGEST}))
    return compile_(pattern, flags)
re._compiler.compile = counted
import rag.library, ui.cli.conversation
print(long)
"""


def test_a_pattern_is_compiled_once_and_not_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []

    def noted(*made_of: object) -> re.Pattern[str]:
        compiled.append(made_of)
        return re.compile(*made_of)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(patterns, "re", type("Re", (), {"compile": staticmethod(noted), "RegexFlag": re.RegexFlag}))
    found = lazily("(a)(b)?", re.IGNORECASE)
    assert not compiled
    assert [match[1] for match in found.finditer("Aba")] == ["A", "a"]
    assert [match[1] for match in found.finditer("Aba")] == ["A", "a"]
    assert compiled == [("(a)(b)?", re.IGNORECASE)]
    assert found.sub("c", "Aba") == "cc"
    assert found.pattern == "(a)(b)?"


def test_importing_what_asks_compiles_no_long_pattern() -> None:
    done = subprocess.run([sys.executable, "-c", COUNTED], capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout.strip() == "[]"
