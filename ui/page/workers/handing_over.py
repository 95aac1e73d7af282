"""A request that is another process's: handed over to it, and its reply handed back as it comes.

An answer under way, a line of questions and an upload live in one process. A cookie names that process; a program that
keeps no cookies is known by its address. Where the process died another takes its place, and says so by a new cookie.
Whatever else is asked (the page, its scripts, its health) is answered by whoever got it.
"""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Iterator
from http.cookies import CookieError, SimpleCookie
from typing import Any

import httpx2
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.page.workers.share import Share

COOKIE = "askpapers-worker"
MARK = b"x-askpapers-worker"  # a request that was handed over bears the secret of the processes in it
OF_ONE = {b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade", MARK}  # never handed on
BROKE_OFF = "The process that was asked has ended. Ask again: another takes its place."


class HandedOver:
    """An application that is one process of several."""

    def __init__(self, app: ASGIApp, share: Share, path: str) -> None:
        self._app = app
        self._share = share
        self._path = path
        self._clients: dict[int, httpx2.AsyncClient] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request here, or have the process answer that it belongs to."""
        if scope["type"] != "http" or self._is_handed_over(scope):
            await self._app(scope, receive, send)
            return
        share, named = self._share, _named(scope, self._share.places)
        belongs = scope["path"].startswith(f"{self._path}/gradio_api/")
        first = (_by_address(scope) % share.places) if named is None else named
        for place in _from(first, share.places) if belongs else ():
            if place == share.place:
                break
            if await self._hand_over(place, scope, receive, send):
                return
        stays = named is not None and (named == share.place or not belongs)
        await self._app(scope, receive, send if stays else self._naming(send))

    def _is_handed_over(self, scope: Scope) -> bool:
        return any(name == MARK and value.decode("latin-1") == self._share.secret for name, value in scope["headers"])

    def _naming(self, send: Send) -> Send:
        """Return a way to reply that names this process by a cookie."""
        cookie = f"{COOKIE}={self._share.place}; Path={self._path or '/'}; HttpOnly; SameSite=Lax"

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"set-cookie", cookie.encode())]
            await send(message)

        return named

    async def _hand_over(self, place: int, scope: Scope, receive: Receive, send: Send) -> bool:
        """Have a process answer; False when it isn't there, and nothing of the request was read."""
        asked = _Body(receive)
        request = httpx2.Request(
            scope["method"],
            httpx2.URL(scheme="http", host="worker", raw_path=scope.get("raw_path") or scope["path"].encode())
            .copy_with(query=scope["query_string"]),
            headers=[*_of_all(scope["headers"]), (MARK, self._share.secret.encode())],
            content=asked.chunks(),
        )  # fmt: skip
        replying = asyncio.ensure_future(self._client(place).send(request, stream=True))
        leaving = asyncio.ensure_future(asked.left())
        begun = False
        try:
            await asyncio.wait({replying, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not replying.done():
                return True  # who asked has gone
            reply = await replying
            begun = True
            relaying = asyncio.ensure_future(_relay(reply, send))
            await asyncio.wait({relaying, leaving}, return_when=asyncio.FIRST_COMPLETED)
            await _ended(relaying)
            await reply.aclose()
        except httpx2.ConnectError:
            return False
        except httpx2.HTTPError:
            if not begun:
                await JSONResponse({"detail": BROKE_OFF}, 503, {"Retry-After": "1"})(scope, receive, send)
            else:
                raise
        finally:
            for task in (replying, leaving):
                await _ended(task, quiet=True)
        return True

    def _client(self, place: int) -> httpx2.AsyncClient:
        """Return what reaches a process: by a connection for each request, for one that is kept may be a dead one's."""
        if place not in self._clients:
            transport = httpx2.AsyncHTTPTransport(
                uds=str(self._share.door(place)), limits=httpx2.Limits(max_keepalive_connections=0)
            )
            self._clients[place] = httpx2.AsyncClient(transport=transport, timeout=None, trust_env=False)
        return self._clients[place]


class _Body:
    """What a request brings, and the moment in which whoever asked has gone."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._whole = asyncio.Event()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body."""
        while not self._whole.is_set():
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return
            if not message.get("more_body", False):
                self._whole.set()
            yield message.get("body", b"")

    async def left(self) -> None:
        """Return once whoever asked has gone."""
        await self._whole.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass


async def _relay(reply: httpx2.Response, send: Send) -> None:
    await send({"type": "http.response.start", "status": reply.status_code, "headers": _of_all(reply.headers.raw)})
    async for chunk in reply.aiter_raw():
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _ended(task: "asyncio.Future[Any]", *, quiet: bool = False) -> None:
    """Wait for a task that is done, or cancel it; raise what it raised, unless that is of no interest."""
    if not task.done():
        task.cancel()
        await asyncio.wait([task])
    if not task.cancelled() and task.exception() is not None and not quiet:
        await task


def _of_all(headers: "list[tuple[bytes, bytes]]") -> "list[tuple[bytes, bytes]]":
    return [(name, value) for name, value in headers if name.lower() not in OF_ONE]


def _named(scope: Scope, places: int) -> int | None:
    """Return the process that a cookie of the request names; None for none."""
    cookies = "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
    try:
        read = SimpleCookie(cookies)
    except CookieError:
        return None
    value = read[COOKIE].value if COOKIE in read else ""
    return int(value) if value.isdecimal() and len(value) < 6 and int(value) < places else None


def _by_address(scope: Scope) -> int:
    return zlib.crc32(json.dumps((scope.get("client") or [""])[0]).encode())


def _from(first: int, places: int) -> Iterator[int]:
    """Yield all places once, the first one first."""
    return ((first + step) % places for step in range(places))
