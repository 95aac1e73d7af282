"""The measure of reading: the files that it makes are read whole, by us and by the peer."""

from pathlib import Path

import pytest

from eval.benchmarks.readers.speed import FORMATS, Format
from eval.benchmarks.readers.synthetic_papers import made_up
from rag.readers import read_file
from rag.records import Record


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_made_up_files_are_read_whole(tmp_path: Path, form: Format) -> None:
    papers = list(made_up(30))
    path = tmp_path / "made-up"
    path.write_text(form.write(papers), "utf-8")
    records = [found for _, found in read_file(path) if isinstance(found, Record)]
    assert [(one.title, one.abstract, one.year, one.doi) for one in records] == [
        (one.title, one.abstract, one.year, one.doi) for one in papers
    ]
    assert all(one.authors for one in records)
    form.parsed(path)


def test_made_up_papers_are_the_same_each_time() -> None:
    assert list(made_up(5)) == list(made_up(5))
