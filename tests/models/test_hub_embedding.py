"""Libraries whose embedding model is named on a hub or by its folder: found by it, pinned to it, refused to another."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from huggingface_hub import constants

from rag.errors import EmbeddingError, LibraryMismatchError
from rag.library import Library
from rag.maintenance.doctor import check
from rag.maintenance.rebuild import rebuild
from rag.models.embedders import load_embedder
from rag.settings import Settings
from tests.models.hub_server import Hub, hub_in_use, serving
from tests.models.tiny_export import TABLE, Tiny, pooling, states, unit

MakePaper = Callable[..., dict[str, Any]]
WriteJsonl = Callable[..., Path]

ROOT = Path(__file__).resolve().parents[2]
NAME = "org/e5-small-tiny"
CLS = pooling(pooling_mode_cls_token=True)
MEAN = pooling(pooling_mode_mean_tokens=True)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with hub_in_use(tmp_path / "cache") as known:
        known.add(NAME, Tiny(files=CLS).write(tmp_path / "export", "onnx/model.onnx"))
        yield known


def named(name: str = NAME, **more: Any) -> Settings:
    return Settings(embedding=f"hf:{name}", llm="extractive", threads=1, **more)


@pytest.fixture
def papers(write_jsonl: WriteJsonl, paper: MakePaper) -> Path:
    return write_jsonl(
        paper(1, title="Bees dance", abstract="The bees dance. The tea cools."),
        paper(2, title="Tea cools", abstract="The tea cools. Milk cools the tea."),
    )


@pytest.fixture
def folder(hub: Hub, tmp_path: Path, papers: Path) -> Path:
    """A library made with the hub's model."""
    with Library.open(tmp_path / "named.library", named()) as library:
        assert library.ingest([papers]).embedded == 2
    hub.asked.clear()
    return tmp_path / "named.library"


def made_with(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return found


def test_a_named_model_and_its_folder_give_the_vectors_of_numpy(hub: Hub, tmp_path: Path) -> None:
    for embedding in (f"hf:{NAME}", f"onnx:{tmp_path / 'export'}"):
        embedder = load_embedder(Settings(embedding=embedding, query_prompt="query : ", passage_prompt="none"))
        asked = next(iter(embedder.embed(["bees dance"], kind="query"))).vector
        assert np.allclose(asked, unit(states("query : bees dance")[0]), atol=1e-4)
        kept = next(iter(embedder.embed(["bees dance"]))).vector
        assert np.allclose(kept, unit(states("bees dance")[0]), atol=1e-4)


def test_a_question_is_embedded_behind_the_prompt_of_questions(folder: Path) -> None:
    with Library.open(folder, named()) as library:
        sought = library.as_embedding().get_query_embedding("bees")
        assert np.allclose(sought, unit(states("query : bees")[0]), atol=1e-4)
        kept = library.as_embedding().get_text_embedding("bees")
        assert np.allclose(kept, unit(states("passage : bees")[0]), atol=1e-4)
        assert library.search("bees dance")[0].paper.title == "Bees dance"


def test_the_manifest_records_name_commit_dimension_pooling_and_prompts(hub: Hub, folder: Path) -> None:
    told = made_with(folder)
    assert told["embedding"] == (
        f"hf:{NAME}@{hub.commit(NAME)} (cls pooling, query prompt 'query: ', passage prompt 'passage: ')"
    )
    assert told["dimension"] == 6


def test_a_library_goes_on_with_its_commit_without_asking_the_hub(hub: Hub, folder: Path) -> None:
    with Library.open(folder, named()) as library:
        library.search("bees")
    assert hub.asked == []
    assert all(finding.sound for finding in check(folder, named()))


def test_a_library_goes_on_with_its_commit_when_the_cache_has_moved_on(hub: Hub, folder: Path, tmp_path: Path) -> None:
    before = made_with(folder)["embedding"]
    hub.add(NAME, Tiny(files=MEAN).write(tmp_path / "newer", "onnx/model.onnx"))
    refs = tmp_path / "cache" / "models--org--e5-small-tiny" / "refs" / "main"
    refs.write_text(hub.commit(NAME))  # as another program does that fetched it
    with Library.open(folder, named()) as library:
        assert library.embedder().name == before
    assert rebuild(folder, named()) == 2
    assert made_with(folder)["embedding"].startswith(f"hf:{NAME}@{hub.commit(NAME)} (mean pooling")


def test_a_library_of_another_machine_opens_before_its_model_is_fetched(
    hub: Hub, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "empty"))
    with Library.open(folder, named()) as library:
        assert len(library) == 2
        assert hub.asked == []
        assert library.search("bees")
    assert hub.fetched.count("onnx/model.onnx") == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"passage_prompt": "none"},
        {"query_prompt": "Instruct: find it\nQuery: "},
    ],
)
def test_other_prompts_are_refused_and_the_library_stays_as_it_is(folder: Path, settings: dict[str, str]) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(LibraryMismatchError) as caught:
        Library.open(folder, named(**settings))
    message = str(caught.value)
    assert message.count(f"hf:{NAME}@") == 2
    assert f"askpapers rebuild --library {folder}" in message
    assert len(message.splitlines()) == 1
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    with Library.open(folder, named()) as library:
        assert library.search("bees")


def test_another_revision_and_another_model_are_refused(hub: Hub, folder: Path, tmp_path: Path) -> None:
    first = hub.commit(NAME)
    hub.add(NAME, Tiny(files=MEAN).write(tmp_path / "newer", "onnx/model.onnx"))
    second = hub.commit(NAME)
    load_embedder(named(f"{NAME}@{second}"))
    with pytest.raises(LibraryMismatchError, match=f"{first}.*ask for hf:{NAME}@{second} "):
        Library.open(folder, named(f"{NAME}@{second}"))
    with pytest.raises(LibraryMismatchError, match="ask for hf:org/other"):
        Library.open(folder, named("org/other"))
    with pytest.raises(LibraryMismatchError, match="ask for all-MiniLM-L6-v2-int8"):
        Library.open(folder, Settings())


@pytest.mark.parametrize(("name", "told"), [("org/none", "has no model org/none"), ("none", "names no model on a hub")])
def test_a_model_that_cannot_be_had_is_told_before_anything_is_stored(
    hub: Hub, tmp_path: Path, papers: Path, name: str, told: str
) -> None:
    with Library.open(tmp_path / "new.library", named(name)) as library:
        with pytest.raises(EmbeddingError, match=told):
            library.ingest([papers])
        assert library.papers()[1] == 0
    assert not (tmp_path / "new.library" / "manifest.json").exists()


def test_a_damaged_file_in_the_cache_says_what_to_delete(hub: Hub) -> None:
    load_embedder(named())
    blob = next(Path(constants.HF_HUB_CACHE).rglob("model.onnx")).resolve()
    blob.write_bytes(blob.read_bytes()[:300])
    with pytest.raises(
        EmbeddingError, match=r"If it is damaged, delete .*models--org--e5-small-tiny and run"
    ) as caught:
        load_embedder(named())
    assert len(str(caught.value).splitlines()) == 1


def test_weights_in_a_file_of_their_own_come_along(hub: Hub, tmp_path: Path) -> None:
    hub.add("org/large", Tiny(apart=True).write(tmp_path / "large", "onnx/model.onnx"))
    embedder = load_embedder(named("org/large"))
    found = next(iter(embedder.embed(["bees dance"]))).vector
    assert np.allclose(found, unit(states("bees dance").mean(axis=0)), atol=1e-4)


# Folders


def test_other_weights_in_the_same_folder_are_another_model(tmp_path: Path, papers: Path) -> None:
    place = Tiny(files=MEAN).write(tmp_path / "export")
    settings = Settings(embedding=f"onnx:{place}", llm="extractive", threads=1)
    with Library.open(tmp_path / "a.library", settings) as library:
        library.ingest([papers])
    Tiny(files=MEAN, table=TABLE + np.float32(0.01)).write(place)
    with pytest.raises(LibraryMismatchError, match="askpapers rebuild"):
        Library.open(tmp_path / "a.library", settings)


@pytest.mark.parametrize(("files", "opens"), [(MEAN, "opens"), ({}, "opens"), (CLS, "")])
def test_a_library_of_version_0_1_0_opens_when_its_vectors_are_right_and_else_says_what_to_do(
    tmp_path: Path, papers: Path, files: dict[str, Any], opens: str
) -> None:
    place = Tiny(files=files).write(tmp_path / "export")
    settings, folder = Settings(embedding=f"onnx:{place}", llm="extractive", threads=1), tmp_path / "old.library"
    with Library.open(folder, settings) as library:
        library.ingest([papers])
    old = {**made_with(folder), "embedding": f"onnx:{place}"}
    (folder / "manifest.json").write_text(json.dumps(old))
    if opens:
        with Library.open(folder, settings) as library:
            assert library.search("bees")
            assert made_with(folder) == old
    else:
        with pytest.raises(LibraryMismatchError, match=rf"model onnx:{place}, .*cls pooling.*askpapers rebuild"):
            Library.open(folder, settings)
        assert rebuild(folder, settings) == 2


def test_a_library_can_be_read_while_its_folder_of_a_model_is_gone(tmp_path: Path, papers: Path) -> None:
    place = Tiny(files=MEAN).write(tmp_path / "export")
    settings = Settings(embedding=f"onnx:{place}", llm="extractive", threads=1)
    with Library.open(tmp_path / "a.library", settings) as library:
        library.ingest([papers])
    shutil.rmtree(place)
    with Library.open(tmp_path / "a.library", settings) as library:
        assert len(library.papers()[0]) == 2
        with pytest.raises(EmbeddingError, match="holds no embedding model"):
            library.search("bees")


def test_the_command_line_fetches_says_so_and_answers(tmp_path: Path, papers: Path) -> None:
    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "ASKPAPERS_"))}
        told = {"HF_HOME": str(tmp_path / "home"), "ASKPAPERS_EMBEDDING": f"hf:{NAME}", **environment}
        return subprocess.run(
            [sys.executable, "-m", "ui.cli", *arguments, "--library", str(tmp_path / "cli.library")],
            capture_output=True,
            text=True,
            check=False,
            env={**plain, **told, "PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
        )

    with serving(Hub()) as hub:
        hub.add(NAME, Tiny(files=CLS).write(tmp_path / "export", "onnx/model.onnx"))
        done = run("ingest", str(papers), HF_ENDPOINT=hub.url)
        assert done.returncode == 0, done.stderr
        assert f"Fetching {NAME} (commit " in done.stderr
        assert "declares no prompts" in done.stderr
    found = run("search", "bees dance", HF_HUB_OFFLINE="1")
    assert found.returncode == 0, found.stderr
    assert "Bees dance" in found.stdout
    assert found.stderr == "2 papers match.\n"
