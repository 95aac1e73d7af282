"""All indexes on one real server of this machine, and clients that are far quicker than the ones outside allow."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from eval.benchmarks.fetching.index_server import IndexServer, index_server
from eval.benchmarks.fetching.made_papers import made
from rag.fetching import INDEXES, Client

MakeClient = Callable[..., Client]


@pytest.fixture
def indexes(monkeypatch: pytest.MonkeyPatch) -> Iterator[IndexServer]:
    """Every index with the same 250 papers."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with index_server() as server:
        server.papers.update({name: made(250) for name in INDEXES})
        yield server


@pytest.fixture
def client(indexes: IndexServer, tmp_path: Path) -> Iterator[MakeClient]:
    """Make a client; `settings` are changes of those that lead to the server."""
    with ExitStack() as stack:

        def make(*, settings: dict[str, Any] | None = None, speed: float = 200, **how: Any) -> Client:
            return stack.enter_context(Client(indexes.settings(tmp_path, **(settings or {})), speed=speed, **how))

        yield make
