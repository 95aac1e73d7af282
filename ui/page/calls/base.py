"""A call of the page: its name and one JSON object come in, one JSON object goes out.

Gradio's `server_functions` carry it. What is sent is read by a pydantic model, which each call names in its signature;
an expected error goes back as {"error": its one line}, for gradio would only tell that something failed.
"""

import logging
from collections.abc import Awaitable, Callable, Container, Mapping
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError

from rag.errors import RagError
from ui.page.desk import Desk
from ui.page.jobs.followed import FAILED
from ui.page.users.visitor import READING, visitor

Told = dict[str, Any]
Call = Callable[[Desk, Any], Awaitable[Told]]
UNREADABLE = "The page sent something that can't be read. Reload it, and try again."
MOST_PAPERS = 20_000  # that one call names


class Sent(BaseModel):
    """What the browser sends; a page of an older version may send more than is read."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Nothing(Sent):
    """A call that needs to know nothing."""


def caller(desk: Desk, calls: Mapping[str, Call], writing: Container[str] = ()) -> Callable[[Any], Awaitable[Told]]:
    """Return the function that gradio serves: it takes [name, what is sent] and returns what the call tells.

    Calls that are `writing` are refused to readers.
    """
    models = {name: get_type_hints(made)["sent"] for name, made in calls.items()}

    async def call(data: Any) -> Told:
        try:
            name, sent = data
            wanted, read = calls[name], models[name].model_validate(sent)
        except (ValidationError, KeyError, TypeError, ValueError):
            return {"error": UNREADABLE}
        if name in writing and not visitor().may_write:
            return {"error": READING}
        try:
            return await wanted(desk, read)
        except RagError as error:
            desk.state.metrics.failed(error)
            return {"error": str(error)}
        except Exception as error:
            desk.state.metrics.failed(error)
            logging.getLogger(__name__).exception("the call %s of the page failed", name)
            return {"error": FAILED}  # not gradio's error, which the page would take for a server that is gone

    return call
