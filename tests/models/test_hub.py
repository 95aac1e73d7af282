"""Models by name: a real HTTP server that answers as a hub does, and a cache of its own for each test."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants
from hypothesis import given
from hypothesis import strategies as st

from rag.models import hub as hub_module
from rag.models.hub import Fetched, cached_model, fetch_model, split_name
from rag.models.hub_errors import HubError
from rag.models.onnx_choice import choose_model
from tests.models.hub_server import Hub, hub_in_use, serving

ROOT = Path(__file__).resolve().parents[2]
NAME = "org/tiny"
FILES: dict[str, Any] = {
    "config.json": {"model_type": "bert"},
    "tokenizer.json": {"model": "made up"},
    "1_Pooling/config.json": {"pooling_mode_mean_tokens": True},
    "2_Dense/config.json": {"in_features": 6},
    "2_Dense/model.safetensors": b"dense",
    "onnx/model.onnx": b"weights" * 100,
    "onnx/model.onnx_data": b"more weights",
    "onnx/model_int8.onnx": b"smaller",
    "model.safetensors": b"torch's",
    "README.md": "Read me.",
}
NEEDED = [name for name in FILES if name not in {"onnx/model_int8.onnx", "model.safetensors", "README.md"}]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def hub(cache: Path) -> Iterator[Hub]:
    with hub_in_use(cache) as known:
        known.add(NAME, FILES)
        yield known


Told = list[str]


def fetch(name: str = NAME, told: Told | None = None, also: tuple[str, ...] = ()) -> Fetched:
    return fetch_model(name, tell=(told if told is not None else []).append, also=also)


def test_what_is_needed_is_fetched_once_and_nothing_else(hub: Hub, cache: Path) -> None:
    told: Told = []
    found = fetch(told=told)
    assert found.revision == hub.commit(NAME)
    assert (found.folder / "onnx" / "model.onnx").read_bytes() == FILES["onnx/model.onnx"]
    assert found.model == found.folder / "onnx" / "model.onnx"
    assert sorted(hub.fetched) == sorted(NEEDED)
    assert cache in found.folder.parents
    [line] = told
    assert line.startswith(f"Fetching {NAME} (commit {found.revision[:12]}), 0.0 MB, into ")


def test_a_mirror_that_lists_its_files_in_the_tree_alone_will_do(hub: Hub) -> None:
    hub.terse = True
    assert fetch().model.read_bytes() == FILES["onnx/model.onnx"]


def test_after_the_first_time_no_request_is_made_though_the_hub_goes_on(hub: Hub) -> None:
    first = fetch()
    hub.add(NAME, {**FILES, "onnx/model.onnx": b"other weights"})
    hub.asked.clear()
    told: Told = []
    assert fetch(told=told) == first
    assert cached_model(NAME) == first == fetch(f"{NAME}@{first.revision}")
    assert (hub.asked, told) == ([], [])


@pytest.mark.parametrize("model", ["model.onnx", "onnx/model_int8.onnx", "bge-small.onnx"])
def test_wherever_the_model_lies_no_request_is_made_after_the_first_time(
    model: str, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add(NAME, {"tokenizer.json": {"model": "made up"}, model: b"weights"})
    first = fetch()
    hub.asked.clear()
    assert fetch() == first == fetch(f"{NAME}@{first.revision}")
    assert hub.asked == []
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert fetch() == first


def test_a_cache_that_others_filled_is_used_though_nothing_can_be_noted_in_it(
    hub: Hub, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fetch()
    shutil.rmtree(next(cache.glob("*/.no_exist")))  # as a download by another program leaves it

    def refuse(*args: Any, **how: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)  # whoever runs this test may be allowed to write everywhere
    hub.asked.clear()
    told: Told = []
    assert fetch(told=told) == first
    assert hub.asked
    assert (hub.fetched, told) == ([], [])


def test_a_branch_or_tag_is_pinned_apart_from_the_latest(hub: Hub) -> None:
    hub.refs[NAME, "v1/beta"] = commit = hub.commit(NAME)
    assert fetch(f"{NAME}@v1/beta").revision == commit
    hub.add(NAME, {**FILES, "config.json": {"other": 1}})
    assert fetch().revision == hub.commit(NAME) != commit
    assert fetch(f"{NAME}@v1/beta").revision == commit


def test_further_files_are_taken_where_there_are_any(hub: Hub) -> None:
    assert (fetch(also=("README.md", "none.md")).folder / "README.md").is_file()


def test_what_another_program_fetched_counts_only_when_all_of_it_is_there(hub: Hub) -> None:
    from huggingface_hub import hf_hub_download

    for name in ("onnx/model.onnx", "tokenizer.json", "config.json"):
        hf_hub_download(NAME, name)
    assert cached_model(NAME) is None  # how to pool isn't known yet
    fetch()
    assert cached_model(NAME) is not None
    assert hub.fetched.count("onnx/model.onnx") == 1


def test_a_file_that_was_taken_out_of_the_cache_is_fetched_again(hub: Hub) -> None:
    found = fetch()
    found.model.resolve().unlink()
    assert cached_model(NAME) is None
    assert fetch().model.read_bytes() == FILES["onnx/model.onnx"]


def refused(name: str = NAME) -> str:
    with pytest.raises(HubError) as caught:
        fetch(name)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert message.count(". ") >= 1  # what happened, and what to do
    return message


def test_a_name_that_nobody_has_is_told(hub: Hub) -> None:
    assert "has no model org/nobody, or it is private (401). Check the name, or set HF_TOKEN" in refused("org/nobody")


def test_a_private_model_is_had_with_the_token_alone(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.private.add(NAME)
    assert "set HF_TOKEN" in refused()
    monkeypatch.setenv("HF_TOKEN", "hf_wrong_wrong_wrong")
    message = refused()
    assert "HF_TOKEN is right" in message
    assert "wrong_wrong" not in message
    monkeypatch.setenv("HF_TOKEN", hub.token)
    assert fetch().model.is_file()


def test_a_gated_model_says_where_its_terms_are(hub: Hub) -> None:
    hub.gated.add(NAME)
    assert f"Accept its terms at {hub.url}/{NAME} and set HF_TOKEN" in refused()


def test_a_revision_that_is_none_is_told(hub: Hub) -> None:
    assert "has no revision 'v9'" in refused(f"{NAME}@v9")


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"config.json": {}, "model.safetensors": b"x"}, "no ONNX export"),
        ({"onnx/decoder_model.onnx": b"x", "tokenizer.json": {}}, "no ONNX export"),
        ({"onnx/model.onnx": b"x", "vocab.txt": "a"}, "no tokenizer.json"),
    ],
)
def test_a_repository_without_an_export_is_told_and_nothing_is_fetched(
    hub: Hub, files: dict[str, bytes], told: str
) -> None:
    hub.add(NAME, files)
    assert told in refused()
    assert hub.fetched == []


@pytest.mark.parametrize("name", ["tiny", "", "a/b/c", "https://hub/a/b", "../..", "a/..", "a/b@", "a/b@../x", "a b/c"])
def test_a_name_that_is_none_asks_nobody(hub: Hub, name: str) -> None:
    refused(name)
    assert hub.asked == []


@given(st.text(max_size=30))
def test_whatever_is_given_for_a_name_is_a_repository_or_an_error(name: str) -> None:
    try:
        repository, revision = split_name(name)
    except HubError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017  (most texts are no name)
    else:
        assert repository.count("/") == 1
        assert ".." not in f"{repository}{revision}"


def test_a_hub_that_fails_or_is_none_is_told(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.status = 503
    assert f"{hub.url} answered 503" in refused()
    hub.status = 204
    assert "doesn't answer as a hub does. Check HF_ENDPOINT" in refused()
    monkeypatch.setattr(constants, "ENDPOINT", "http://me:secret@127.0.0.1:9")
    message = refused()
    assert "can't be fetched from http://127.0.0.1:9 " in message
    assert "secret" not in message


def test_a_connection_that_breaks_leaves_nothing_that_passes_for_a_model(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # huggingface_hub waits between its tries
    hub.cut = 30
    assert "run the same command again" in refused()
    hub.cut = None
    assert cached_model(NAME) is None
    assert fetch().model.read_bytes() == FILES["onnx/model.onnx"]


def test_offline_the_cache_is_all_there_is(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE forbids to fetch it. Run once without HF_HUB_OFFLINE" in refused()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    found = fetch()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert fetch() == found


def test_a_disk_without_room_is_told_before_anything_is_fetched(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "SPARE", 1 << 60)
    assert "needs 0 MB and " in refused()
    assert hub.fetched == []


def test_a_cache_that_cannot_be_written_is_told(hub: Hub, cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    assert str(cache) in refused()


@pytest.mark.parametrize(
    ("names", "machine", "chosen"),
    [
        (["model.onnx", "onnx/model.onnx"], "x86_64", "onnx/model.onnx"),
        (
            ["onnx/model_quantized.onnx", "onnx/model_q4.onnx", "onnx/model_fp16.onnx"],
            "x86_64",
            "onnx/model_quantized.onnx",
        ),
        (["onnx/model_q4f16.onnx", "onnx/model_fp16.onnx"], "x86_64", "onnx/model_fp16.onnx"),
        (["onnx/model_qint8_arm64.onnx", "onnx/model_quint8_avx2.onnx"], "x86_64", "onnx/model_quint8_avx2.onnx"),
        (["onnx/model_qint8_arm64.onnx", "onnx/model_quint8_avx2.onnx"], "arm64", "onnx/model_qint8_arm64.onnx"),
        (["model_optimized.onnx", "model_int8.onnx"], "x86_64", "model_optimized.onnx"),
        (["bge-small.onnx"], "x86_64", "bge-small.onnx"),
        (["decoder_model.onnx", "model.safetensors"], "x86_64", None),
    ],
)
def test_the_export_nearest_to_the_whole_model_that_suits_the_machine_is_chosen(
    names: list[str], machine: str, chosen: str | None
) -> None:
    assert choose_model(names, machine) == choose_model(names[::-1], machine) == chosen


def test_the_environment_says_which_hub_and_which_cache(tmp_path: Path) -> None:
    """In a process of its own, as huggingface_hub reads it once."""
    code = f"from rag.models.hub import fetch_model; print(fetch_model({NAME!r}).folder)"

    def run(**environment: str) -> subprocess.CompletedProcess[str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
        return subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env={**plain, "HF_HOME": str(tmp_path / "home"), **environment},
        )

    with serving(Hub()) as hub:
        hub.add(NAME, FILES)
        first = run(HF_ENDPOINT=hub.url)
        assert first.stdout.startswith(str(tmp_path / "home")), first.stderr
        assert first.stderr.count("\n") == 1
        assert first.stderr.startswith(f"Fetching {NAME}")
    again = run(HF_HUB_OFFLINE="1")
    assert (again.stdout, again.stderr) == (first.stdout, "")
