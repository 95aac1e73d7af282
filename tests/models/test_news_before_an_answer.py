"""What comes in place of an answer and is no error: news of a wait, thinking alone, a tool that is called."""

from collections.abc import Callable
from typing import Any

import pytest

from rag.errors import ModelError

NEWS = [
    {"status": "queued", "message": "waiting in queue"},
    {"object": "status", "message": "Loading model..."},
    {"choices": [], "detail": "warming up"},
]


@pytest.mark.parametrize("news", NEWS)
def test_news_of_a_wait_is_no_error_unless_no_answer_follows(
    chat_server: Any, ask: Callable[..., Any], news: dict[str, Any]
) -> None:
    chat_server.says(news, news, "So it is.")
    assert ask().text == "So it is."
    chat_server.says(news, {"choices": [{"delta": {"role": "assistant"}}]})
    chat_server._replies.pop(0)
    with pytest.raises(ModelError, match=str(news.get("message") or news["detail"])):
        ask()


def test_a_model_that_called_a_tool_is_told(chat_server: Any, ask: Callable[..., Any]) -> None:
    chat_server.says({"choices": [{"delta": {"tool_calls": [{"index": 0}]}}]}, finish="tool_calls")
    with pytest.raises(ModelError, match="it called a tool instead of answering"):
        ask()


def test_a_model_that_only_thought_is_told_with_the_setting_that_turns_it_off(
    chat_server: Any, ask: Callable[..., Any]
) -> None:
    chat_server.says({"choices": [{"delta": {"reasoning_content": "Is it 4?"}}]})
    with pytest.raises(ModelError, match=r"it only thought\. .*ASKPAPERS_THINKING=off"):
        ask()
