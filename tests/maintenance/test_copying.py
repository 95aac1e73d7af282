"""The tables that a copy of a catalog is made of are all that there are, but for what is derived."""

from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import BackupError
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.copying import DERIVED, copy_catalog
from rag.storage.tables import TABLES
from rag.testing.made_up import record


def test_every_table_and_column_is_copied_or_derived(tmp_path: Path) -> None:
    """Whoever adds one decides which."""
    with closing(open_catalog(tmp_path)) as catalog:
        tables = [row[0] for row in catalog.database.all("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {
            f"{table}.{row[1]}": bool(row[5])
            for table in tables
            for row in catalog.database.all(f"PRAGMA table_info ({table})")
        }
    copied = {f"{table.name}.{column}" for table in TABLES for column in table.columns}
    assert copied <= columns.keys()
    assert columns.keys() - copied == {name for name in columns if name in DERIVED or name.split(".")[0] in DERIVED}
    assert {name.split(".")[0] for name in DERIVED} <= set(tables)
    keys = {f"{table.name}.{column}" for table in TABLES for column in table.columns[: table.key]}
    assert {name for name in copied if columns[name]} <= keys


def test_pages_of_any_length_are_copied_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No row is lost or doubled where a page ends, also where keys share their beginning."""
    monkeypatch.setattr("rag.storage.copying.PAGE", 3)
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with closing(open_catalog(tmp_path / "one")) as one, closing(open_catalog(tmp_path / "two")) as two:
        with one.transaction():
            for number in range(10):
                paper_id = one.insert(record(f"On {number}"))
                for source in range(number):
                    one.add_origin(paper_id, f"/{source}.bib", record(f"On {number}"))
            one.remove([10])
        copy_catalog(one, two)
        for table in TABLES:
            select = f"SELECT {', '.join(table.columns)} FROM {table.name} ORDER BY {', '.join(table.columns)}"
            assert two.database.all(select) == one.database.all(select)
        assert len(two.database.all("SELECT * FROM origins")) == 36
        two.full_text.take_in()
        assert two.damage() == []
        assert two.full_text.vocabulary("o") == one.full_text.vocabulary("o")
        assert two.generation > one.generation
        with two.transaction():
            assert two.insert(record("Newer")) == 11
        with pytest.raises(BackupError, match="holds a library already"):
            copy_catalog(one, two)
