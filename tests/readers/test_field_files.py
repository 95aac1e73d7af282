"""Files as people's tools write them, each with the records that a person would read in it.

A file `NAME` in `field/` stands beside `NAME.expected.json`: {"records": [{field: value ...}], "problems":
[[line or null, part of the reason]], "remarks": [part of a remark]}. A record lists the fields that it has; those left
out are empty. Reasons and remarks are told by a part of them.
"""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from rag.readers.reading import read_file
from rag.records import Record, Rejection, Remark

FIELD = Path(__file__).parent / "field"
FILES = sorted(path for path in FIELD.iterdir() if not path.name.endswith(".expected.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_gives_the_records_that_a_person_would_read_in_it(path: Path) -> None:
    expected = json.loads(path.with_name(f"{path.name}.expected.json").read_text("utf-8"))
    found = [one for _, one in read_file(path)]
    assert [_shown(one) for one in found if isinstance(one, Record)] == expected["records"]
    problems = [(one.line, one.reason) for one in found if isinstance(one, Rejection)]
    assert len(problems) == len(expected.get("problems", [])), problems
    for (line, reason), (where, part) in zip(problems, expected.get("problems", []), strict=True):
        assert line == where, reason
        assert part in reason
    remarks = [one.text for one in found if isinstance(one, Remark)]
    for part in expected.get("remarks", []):
        assert any(part in remark for remark in remarks), remarks


def _shown(record: Record) -> dict[str, Any]:
    values = {name: value for name, value in dataclasses.asdict(record).items() if value not in (None, ())}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
