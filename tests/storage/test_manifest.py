"""The manifest: what a library was made with is known, and what doesn't fit is refused with the way out."""

import dataclasses
import json
from pathlib import Path

import pytest

from rag.errors import LibraryDamagedError, LibraryError, LibraryMismatchError, StorageError
from rag.storage.layout import MANIFEST as FILE
from rag.storage.manifest import FORMAT, IndexSpec, Manifest, fitting_manifest, read_manifest, write_manifest

MANIFEST = Manifest("minilm", 384, "title+abstract/1", "vectors-1")


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)
    assert read_manifest(tmp_path) == MANIFEST
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_it_holds_format_model_dimension_distance_and_chunker(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)
    assert json.loads((tmp_path / FILE).read_text("utf-8")) == {
        "format": FORMAT,
        "embedding": "minilm",
        "dimension": 384,
        "distance": "cosine",
        "chunker": "title+abstract/1",
        "vectors": "vectors-1",
    }


def test_writing_replaces_the_manifest_before(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)
    newer = dataclasses.replace(MANIFEST, vectors="vectors-2")
    write_manifest(tmp_path, newer)
    assert read_manifest(tmp_path) == newer


def test_a_folder_without_a_manifest_has_none(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None
    assert read_manifest(tmp_path / "not-there") is None


def test_a_write_cut_short_leaves_the_manifest_before(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)
    (tmp_path / f".{FILE}.partial").write_text('{"format": 1, "embed', "utf-8")
    assert read_manifest(tmp_path) == MANIFEST


def test_a_folder_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"manifest\.json can't be written"):
        write_manifest(tmp_path / "not-there", MANIFEST)


def test_a_newer_format_is_refused_with_the_way_to_upgrade(tmp_path: Path) -> None:
    values = dataclasses.asdict(MANIFEST) | {"format": FORMAT + 1, "unknown": "field"}
    (tmp_path / FILE).write_text(json.dumps(values), "utf-8")
    with pytest.raises(LibraryMismatchError, match=f"format {FORMAT + 1}.*pip install --upgrade"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"format": 1, "embed',
        b"\xff\xfe\0",
        b"[]",
        b"null",
        b"{}",
        b'{"format": null}',
        b'{"format": "new"}',
        b'{"format": 1, "embedding": "minilm"}',
        json.dumps(dataclasses.asdict(MANIFEST) | {"unknown": "field"}).encode(),
        json.dumps(dataclasses.asdict(MANIFEST) | {"vectors": 7}).encode(),
        b'{"format": 1e999}',
        b"[" * 100_000,
    ],
    ids=[
        "empty",
        "cut",
        "binary",
        "list",
        "null",
        "no fields",
        "no format",
        "text",
        "missing",
        "unknown",
        "wrong type",
        "infinite",
        "nested",
    ],
)
def test_an_unreadable_manifest_is_a_damaged_library_with_the_way_to_mend_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(LibraryDamagedError, match="askpapers rebuild --library"):
        read_manifest(tmp_path)


def test_a_folder_in_place_of_the_manifest_is_a_damaged_library(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(LibraryDamagedError, match="can't be read"):
        read_manifest(tmp_path)


def test_the_same_model_and_chunker_fit(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)
    assert fitting_manifest(tmp_path, tmp_path, IndexSpec("minilm", "title+abstract/1", lambda: 384)) == MANIFEST


@pytest.mark.parametrize(
    ("embedding", "chunker", "named"),
    [
        ("openai:text-embedding-3-small", "title+abstract/1", "embedding model minilm, the settings ask for openai:"),
        ("minilm", "sentences/2", r"chunker title\+abstract/1, the settings ask for sentences/2"),
    ],
    ids=["another model", "another chunker"],
)
def test_vectors_of_another_making_are_refused_with_the_command_that_mends_it(
    tmp_path: Path, embedding: str, chunker: str, named: str
) -> None:
    write_manifest(tmp_path, MANIFEST)
    with pytest.raises(LibraryMismatchError, match=named) as caught:
        fitting_manifest(tmp_path, tmp_path, IndexSpec(embedding, chunker, lambda: 384))
    assert f"askpapers rebuild --library {tmp_path}" in str(caught.value)
    assert isinstance(caught.value, LibraryError)
