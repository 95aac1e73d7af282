"""Logins: which user a cookie belongs to, and the middleware that lets all that is done for a request know.

Gradio asks for the password and writes its tokens into a mapping; this is one that several processes may share, in a
folder of theirs: a file for each login, named by a digest of its token.
"""

import hashlib
import secrets
from collections.abc import Iterator, MutableMapping
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.utils.files import replacing
from ui.page.serving import Serving
from ui.page.users.visitor import READING, Visitor, visited_by


class _Stored(str):
    """The file of a login, which stands for its token where logins are gone through: no cookie can be one."""

    __slots__ = ()


class Logins(MutableMapping[str, str]):
    """The user of each token, in memory or in a folder that other processes share; no token is on the disk."""

    def __init__(self, folder: Path | None = None) -> None:
        """Share logins by a private folder; without one they are known to this process alone."""
        self._folder = folder
        self._known: dict[str, str] = {}
        self.cookie = secrets.token_urlsafe(32) if folder is None else _shared_name(folder)

    def user(self, cookies: str) -> str | None:
        """Return the user that a request's cookies are of; None where it has no login."""
        try:
            read = SimpleCookie(cookies)
        except CookieError:
            return None
        named = (f"access-token-{self.cookie}", f"access-token-unsecure-{self.cookie}")
        token = next((read[name].value for name in named if name in read and read[name].value), None)
        return None if token is None else self.get(token)

    def __getitem__(self, token: str) -> str:
        if self._folder is None or token is None:  # gradio asks for None where there is no cookie
            return self._known[token]
        try:
            return self._file(token).read_text("utf-8")
        except FileNotFoundError:
            raise KeyError(token) from None

    def __setitem__(self, token: str, user: str) -> None:
        if self._folder is None:
            self._known[token] = user
        else:
            with replacing(self._file(token)) as partial:
                partial.write_text(user, "utf-8")

    def __delitem__(self, token: str) -> None:
        if self._folder is None:
            del self._known[token]
        else:
            self._file(token).unlink(missing_ok=True)

    def __iter__(self) -> Iterator[str]:
        if self._folder is None:
            return iter(list(self._known))
        return iter([_Stored(path.name) for path in self._folder.glob("login-*")])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _file(self, token: str) -> Path:
        digest = f"login-{hashlib.sha256(token.encode()).hexdigest()}"
        return Path(self._folder or "", token if isinstance(token, _Stored) else digest)


def _shared_name(folder: Path) -> str:
    return hashlib.sha256(str(folder).encode()).hexdigest()[:32]


class Recognised:
    """An application that knows of each request which user it comes from; a reader can't upload to it."""

    def __init__(self, app: ASGIApp, logins: Logins, serving: Serving, path: str) -> None:
        self._app = app
        self._logins = logins
        self._serving = serving
        self._upload = f"{path}/gradio_api/upload"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        cookies = "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
        user = self._logins.user(cookies) if self._serving.auth is not None and cookies else None
        who = Visitor(user, self._serving.may_write(user))
        with visited_by(who):
            if scope["path"].startswith(self._upload) and not who.may_write:
                await JSONResponse({"detail": READING}, 403)(scope, receive, send)
                return
            await self._app(scope, receive, send)
