"""Models by name: what an ONNX export needs of a repository `ORG/NAME` on a Hugging Face hub, in the user's own cache.

The first time its files are listed and fetched, and the commit is kept as what its revision means here. From then on
no request is made: what was made with a model stays comparable, whatever its author changes. `huggingface_hub` keeps
the cache and knows HF_ENDPOINT, HF_HOME, HF_TOKEN and HF_HUB_OFFLINE; it is imported when a model is asked for.
"""

import json
import logging
import re
import shutil
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rag.models.hub_errors import HubError, told
from rag.models.onnx_choice import PLAIN, choose_model, data_files
from rag.utils.telling import tell_user

if TYPE_CHECKING:
    from huggingface_hub import HfApi

# What describes a model beside its weights; a repository needn't have all of them.
DESCRIPTIONS = (
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "modules.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "1_Pooling/config.json",
)
# Of sentence-transformers: its layers, and the longest input under its older names.
MODULE = re.compile(r"\d+_\w+/(config\.json|model\.safetensors)|sentence_[\w-]+_config\.json")
NAME = re.compile(r"(?=.*\w)[\w.-]+/[\w.-]*\w[\w.-]*", re.ASCII)
REVISION = re.compile(r"(?!.*\.\.)\w[\w./+-]*", re.ASCII)
COMMIT = re.compile(r"[0-9a-f]{40}")
SECONDS = 10.0  # that the hub may take to list a repository
SPARE = 50_000_000  # bytes that stay free on the disk


class Fetched(NamedTuple):
    """A model in the cache: the folder of its files, the full sha of its commit, and the ONNX file to run."""

    folder: Path
    revision: str
    model: Path


Tell = Callable[[str], None]


def split_name(name: str) -> tuple[str, str | None]:
    """Return the repository and the revision of `ORG/NAME[@REVISION]`. Raises HubError for anything else.

    >>> split_name("BAAI/bge-small-en-v1.5@main")
    ('BAAI/bge-small-en-v1.5', 'main')
    >>> split_name("BAAI/bge-small-en-v1.5")
    ('BAAI/bge-small-en-v1.5', None)
    """
    repository, at, revision = name.strip().partition("@")
    if not NAME.fullmatch(repository) or ".." in repository or "--" in repository:
        msg = (
            f"{name!r} names no model on a hub. Write it as ORG/NAME or ORG/NAME@REVISION, like BAAI/bge-small-en-v1.5."
        )
        raise HubError(msg)
    if at and not REVISION.fullmatch(revision):
        msg = f"{revision!r} is no revision of {repository}. Name a branch, a tag or a commit behind the @, or none."
        raise HubError(msg)
    return repository, revision or None


def fetch_model(name: str, *, revision: str | None = None, also: Sequence[str] = (), tell: Tell = tell_user) -> Fetched:
    """Return the model `ORG/NAME[@REVISION]` from the cache, fetched into it when it isn't there.

    `revision`: branch, tag or commit, before the one in the name; `also`: further files to take where there are any;
    `tell` gets a line before anything large is fetched. Raises HubError, one line with the next step.
    """
    repository, named = split_name(name)
    revision = revision or named or "main"
    found = cached_model(name, revision=revision)
    return found or _fetch(repository, revision, also, tell)


def cached_model(name: str, *, revision: str | None = None) -> Fetched | None:
    """Return the model if all of it is in the cache, without asking the hub; else None. Raises HubError for a bad name.

    What another program fetched counts when it is all there: a file that is missing must be known to be in no commit.
    """
    repository, named = split_name(name)
    folder = _repository_folder(repository)
    commit = _kept_commit(folder, revision or named or "main")
    if commit is None:
        return None
    snapshot, absent = folder / "snapshots" / commit, folder / ".no_exist" / commit
    local = [path.relative_to(snapshot).as_posix() for path in snapshot.rglob("*.onnx") if path.is_file()]
    model = choose_model(local)
    if model is None:
        return None
    better = [one for one in PLAIN if choose_model([one, model]) != model]
    needed = {*DESCRIPTIONS, *better, f"{model}_data", *_module_files(snapshot)}
    if not all((snapshot / one).is_file() or (absent / one).is_file() for one in needed):
        return None
    return Fetched(snapshot, commit, snapshot / model) if (snapshot / "tokenizer.json").is_file() else None


def _repository_folder(repository: str) -> Path:
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE) / f"models--{repository.replace('/', '--')}"


def _kept_commit(folder: Path, revision: str) -> str | None:
    """Return the commit that a revision means in the cache; None when the cache doesn't know it."""
    if COMMIT.fullmatch(revision):
        return revision
    with suppress(OSError, UnicodeDecodeError):
        commit = (folder / "refs" / revision).read_text("utf-8").strip()
        return commit if COMMIT.fullmatch(commit) else None
    return None


def _module_files(snapshot: Path) -> list[str]:
    """Return the configurations that the modules.json of a snapshot refers to."""
    try:
        modules = json.loads((snapshot / "modules.json").read_text("utf-8"))
        kinds = [(str(one["path"]), str(one["type"]).rpartition(".")[2]) for one in modules]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [f"{path}/config.json" for path, kind in kinds if path and kind in {"Pooling", "Dense"}]


def _fetch(repository: str, revision: str, also: Sequence[str], tell: Tell) -> Fetched:
    """Fetch what is needed of a repository and keep what its revision means. Raises HubError."""
    from huggingface_hub import HfApi, hf_hub_download

    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # what goes wrong is told on one line, by us
    api = HfApi(library_name="askpapers")
    folder = _repository_folder(repository)
    try:
        commit, sizes = _listed(api, repository, revision)
        wanted, model = _wanted(repository, revision, sizes, also)
        snapshot = folder / "snapshots" / commit
        missing = [one for one in wanted if not (snapshot / one).is_file()]
        _announce(repository, commit, [sizes[one] for one in missing], folder, tell)
        for one in missing:
            hf_hub_download(repository, one, revision=commit, library_name="askpapers")
        absent = [one for one in (*DESCRIPTIONS, *PLAIN, f"{model}_data") if one not in sizes]
        with nullcontext() if missing else suppress(OSError):  # a cache that others fill may be for reading alone
            _keep(folder, revision, commit, absent)
    except Exception as error:  # of huggingface_hub, its HTTP client, its hf_xet, a proxy's: nothing unites them
        raise told(error, repository, revision, folder) from error
    return Fetched(snapshot, commit, snapshot / model)


def _listed(api: "HfApi", repository: str, revision: str) -> tuple[str, dict[str, int]]:
    """Return the commit that a revision means, and the size of each of its files in bytes; 0 where it isn't told."""
    told = api.model_info(repository, revision=revision, files_metadata=True, timeout=SECONDS)
    commit = str(told.sha)
    sizes = {one.rfilename: one.size or 0 for one in told.siblings or ()}
    if not sizes:  # a mirror that lists files elsewhere
        tree = api.list_repo_tree(repository, recursive=True, revision=commit)
        sizes = {one.path: getattr(one, "size", 0) for one in tree if hasattr(one, "size")}
    return commit, sizes


def _wanted(repository: str, revision: str, sizes: dict[str, int], also: Sequence[str]) -> tuple[list[str], str]:
    """Return the files to have, the model's own last, and the name of the model. Raises HubError."""
    model = choose_model(sizes)
    if model is None or "tokenizer.json" not in sizes:
        lacks = "no ONNX export (a file like onnx/model.onnx)" if model is None else "no tokenizer.json"
        msg = (
            f"{repository}@{revision} has {lacks} on the hub. Name a repository that has one, often a copy by "
            f"onnx-community or Xenova, or export it (optimum-cli export onnx) and name its folder with onnx:FOLDER."
        )
        raise HubError(msg)
    small = [one for one in sizes if one in DESCRIPTIONS or one in also or MODULE.fullmatch(one)]
    return [*small, *data_files(model, sizes), model], model


def _announce(repository: str, commit: str, sizes: Sequence[int], folder: Path, tell: Tell) -> None:
    """Say how much is to be fetched and where to, if anything is. Raises HubError when the disk has no room for it."""
    if not COMMIT.fullmatch(commit):
        msg = f"The hub told no commit for {repository} (it told {commit[:50]!r}). Check HF_ENDPOINT."
        raise HubError(msg)
    if not sizes:
        return
    size = sum(sizes)
    home = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(home).free
    if size + SPARE > free:
        msg = (
            f"{repository} needs {size / 1e6:,.0f} MB and {home} has {free / 1e6:,.0f} MB free. "
            "Make room, or let HF_HOME name another disk."
        )
        raise HubError(msg)
    amount = f"{size / 1e6:,.1f} MB" if size else "its files"
    tell(f"Fetching {repository} (commit {commit[:12]}), {amount}, into {folder}: this once.")


def _keep(folder: Path, revision: str, commit: str, absent: Sequence[str]) -> None:
    """Note in the cache what a revision means and which files a commit doesn't have, as huggingface_hub does."""
    if not COMMIT.fullmatch(revision):
        ref = folder / "refs" / revision
        ref.parent.mkdir(parents=True, exist_ok=True)
        ref.write_text(commit, "utf-8")
    for name in absent:
        note = folder / ".no_exist" / commit / name
        note.parent.mkdir(parents=True, exist_ok=True)
        note.touch()
