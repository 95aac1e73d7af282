"""The page's tools for agents (MCP): found, called, guarded."""

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from rag.errors import SettingsError
from rag.library import Library
from rag.records import Answer
from tests.page.requests import get
from ui.page.server import build
from ui.page.serving import Serving

Serve = Callable[..., Any]
QUESTION = "How does LoRA fine-tune a large model without changing its weights?"


def test_an_agent_finds_both_tools_and_gets_a_cited_answer(serve_page: Serve, samples: Library) -> None:
    server = serve_page(mcp=True)
    names, answer, problem = asyncio.run(_use_tools(f"{server.url}/gradio_api/mcp/"))
    assert names == ["ask", "search"]
    assert Answer.from_dict(json.loads(answer)) == samples.ask(QUESTION)
    assert "too short" in problem


async def _use_tools(url: str, **headers: str) -> tuple[list[str], str, str]:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async with streamablehttp_client(url, headers=headers) as (read, write, _), ClientSession(read, write) as session:
        await session.initialize()
        tools = (await session.list_tools()).tools
        assert all(tool.description and "Args:" in tool.description for tool in tools)
        given = await session.call_tool("ask", {"question": QUESTION})
        wrong = await session.call_tool("ask", {"question": "?"})
        assert wrong.isError
        texts = [str(getattr(result.content[0], "text", "")) for result in (given, wrong)]
        return [tool.name for tool in tools], texts[0], texts[1]


def test_a_foreign_web_page_can_not_reach_the_tools_of_this_machine(serve_page: Serve) -> None:
    server = serve_page(mcp=True)
    assert get(f"{server.url}/gradio_api/mcp/", Host="evil.example")[0] in {403, 421}
    assert get(f"{server.url}/gradio_api/mcp/", Origin="http://evil.example")[0] in {403, 421}


def test_agents_with_the_password_reach_the_tools(serve_page: Serve) -> None:
    server = serve_page(auth={"ada": "lovelace"}, mcp=True)
    allowed = "Basic " + base64.b64encode(b"ada:lovelace").decode()
    names, answer, _ = asyncio.run(_use_tools(f"{server.url}/gradio_api/mcp/", Authorization=allowed))
    assert names == ["ask", "search"]
    assert json.loads(answer)["outcome"] == "answered"


def test_tools_without_their_package_are_refused_in_one_line(
    serve_page: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.page.server.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"pip install 'askpapers\[mcp\]'"):
        build(serve_page().state, Serving(mcp=True))
