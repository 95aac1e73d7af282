"""The page as a part of an application of yours, with an endpoint of your own beside it.

uvicorn examples.fastapi_app:app    # the page is at http://127.0.0.1:8000/papers/
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException

from rag import RagError, Settings
from ui.page.server import mount_page
from ui.page.server_state import ServerState
from ui.page.serving import Serving

state = ServerState(Settings(), Path("papers.library"))  # the sample papers until it holds some


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Close the library when the application ends."""
    yield
    state.close()


app = FastAPI(lifespan=lifespan)


@app.get("/answer")
async def answer(question: str) -> dict[str, Any]:
    """Answer over the same library, your way."""
    try:
        return (await state.library.aask(question)).to_dict()
    except RagError as error:
        raise HTTPException(400, str(error)) from error


mount_page(app, state, Serving(port=8000), "/papers")
