"""A real HTTP server that answers as a Hugging Face hub does, over files that a test makes, and misbehaves on cue."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.http_server import QuietHandler, listening


@dataclass
class Hub:
    """What the hub holds, how it fails, and what it was asked.

    `repositories`: files of each, by name. `refs`: what a branch or tag of a repository means, where it isn't the
    latest commit. `gated`, `private`: what is held back from whoever shows no `token`. `status`: what every request
    gets instead of an answer. `cut`: how many bytes of a file come before the connection breaks. `terse`: files
    are listed in the tree alone, as some mirrors do.
    """

    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    refs: dict[tuple[str, str], str] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    private: set[str] = field(default_factory=set)
    token: str = "hf_let_me_in"
    status: int = 0
    cut: int | None = None
    terse: bool = False
    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)  # method and path

    def add(self, name: str, files: Mapping[str, bytes | str | dict[str, Any] | list[Any]] | Path) -> str:
        """Put a repository on the hub, from a folder or from names with contents; return the sha of its commit."""
        if isinstance(files, Path):
            root = files
            files = {one.relative_to(root).as_posix(): one.read_bytes() for one in root.rglob("*") if one.is_file()}
        self.repositories[name] = {path: as_bytes(content) for path, content in files.items()}
        return self.commit(name)

    def commit(self, name: str) -> str:
        """Return the sha of a repository's latest commit: it changes when a file does."""
        digest = hashlib.sha1(name.encode(), usedforsecurity=False)
        for path, content in sorted(self.repositories[name].items()):
            digest.update(path.encode() + content)
        return digest.hexdigest()

    @property
    def fetched(self) -> list[str]:
        """The files that were fetched, in order."""
        parts = [path.partition("/resolve/")[2].partition("/")[2] for method, path in self.asked if method == "GET"]
        return [part for part in parts if part]


def as_bytes(content: bytes | str | dict[str, Any] | list[Any]) -> bytes:
    """Return the bytes of a file: text as UTF-8, what is neither text nor bytes as JSON."""
    if isinstance(content, bytes):
        return content
    return (content if isinstance(content, str) else json.dumps(content)).encode()


class HubHandler(QuietHandler):
    """Answers GET and HEAD of /api/models/... and /ORG/NAME/resolve/REVISION/FILE."""

    hub: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = urlsplit(self.path).path
        self.hub.asked.append((self.command, unquote(path)))
        if self.hub.status:
            self._send(self.hub.status, b'{"error": "out of order"}')
            return
        words = [unquote(word) for word in path.strip("/").split("/")]  # a revision may hold a quoted slash
        api = words[:2] == ["api", "models"]
        words = words[2:] if api else words
        name, rest = "/".join(words[:2]), words[2:]
        shown = self.headers.get("Authorization") == f"Bearer {self.hub.token}"
        if name not in self.hub.repositories or (name in self.hub.private and not shown):
            self._fail(401 if not shown else 404, "RepoNotFound")
            return
        commit = self.hub.commit(name)
        asked = rest[1] if len(rest) > 1 else "main"
        meant = self.hub.refs.get((name, asked), commit if asked in {"main", commit} else "")
        if not meant:
            self._fail(404, "RevisionNotFound")
        elif api:
            self._list(name, meant, tree=rest[:1] == ["tree"])
        elif name in self.hub.gated and not shown:
            self._fail(403 if self.headers.get("Authorization") else 401, "GatedRepo")
        else:
            self._file(name, meant, "/".join(rest[2:]))

    def _list(self, name: str, commit: str, *, tree: bool) -> None:
        files = self.hub.repositories[name]
        entries: Any = [{"type": "file", "path": one, "size": len(files[one]), "oid": "0" * 40} for one in files]
        if not tree:
            siblings = [{"rfilename": one, "size": len(files[one]), "blobId": "0" * 40} for one in files]
            entries = {"id": name, "modelId": name, "sha": commit, "siblings": siblings, "tags": []}
            if self.hub.terse:
                del entries["siblings"]
        self._send(200, json.dumps(entries).encode())

    def _file(self, name: str, commit: str, path: str) -> None:
        content = self.hub.repositories[name].get(path)
        if content is None:
            self._fail(404, "EntryNotFound", commit)
            return
        etag = hashlib.sha256(content).hexdigest()
        self._send(200, content, {"ETag": f'"{etag}"', "X-Repo-Commit": commit, "X-Linked-Size": str(len(content))})

    def _fail(self, status: int, code: str, commit: str = "") -> None:
        self._send(status, b"{}", {"X-Error-Code": code, "X-Error-Message": code, "X-Repo-Commit": commit})

    def _send(self, status: int, content: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.begin(status, {**(headers or {}), "Content-Length": str(len(content))})
        if self.command == "GET":
            cut = self.hub.cut if "/resolve/" in self.path and self.hub.cut is not None else len(content)
            self.wfile.write(content[:cut])
            self.close_connection = cut < len(content)


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve a hub at an address of its own, until the end of the block."""
    with listening(type("Handler", (HubHandler,), {"hub": hub})) as hub.url:
        yield hub


@contextmanager
def hub_in_use(cache: Path) -> Iterator[Hub]:
    """Serve an empty hub that this process takes for the public one, with a cache of its own.

    huggingface_hub reads its environment when it is imported, which another test may have done long ago.
    """
    from huggingface_hub import constants

    with serving(Hub()) as hub, pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "ENDPOINT", hub.url)
        patch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + "/{repo_id}/resolve/{revision}/{filename}")
        patch.setattr(constants, "HF_HUB_CACHE", str(cache))
        patch.setattr(constants, "HF_HUB_OFFLINE", False)
        patch.setattr(constants, "HF_HUB_DISABLE_IMPLICIT_TOKEN", False)
        patch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        patch.delenv("HF_TOKEN", raising=False)
        yield hub
