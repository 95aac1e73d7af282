"""Where and for whom a page is served: the users that it asks for a password, and what each may do."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from rag.errors import SettingsError

ANSWERS = 4  # written at once
WAITING = 64  # questions that may stand in line
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
EVERYBODY = "*"  # among the readers: nobody changes anything from the page
WRITTEN = "Write it as user:password, or as a file with one such line for each user."


@dataclass(frozen=True, slots=True)
class Serving:
    """Where and for whom a page is served.

    `auth`: the password of each user, None for everybody without one. `readers` are those who can't change the library,
    `*` for all. `keep`: conversations are kept for each user with the library. `answers` are written at once by each
    process, `waiting` questions may stand in its line.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    auth: Mapping[str, str] | None = field(default=None, repr=False)
    mcp: bool = False
    answers: int = ANSWERS
    waiting: int = WAITING
    readers: frozenset[str] = frozenset()
    keep: bool = False

    def __post_init__(self) -> None:
        """Raise SettingsError for readers that are no users, and for what is to be kept of nobody."""
        if self.keep and self.auth is None:
            msg = "--keep keeps conversations by user: name the users with --auth."
            raise SettingsError(msg)
        unknown = sorted(self.readers - {EVERYBODY} - set(self.auth or ()))
        if unknown:
            msg = f"The reader {unknown[0]!r} is no user of --auth. Name readers as they are named there, or * for all."
            raise SettingsError(msg)

    @property
    def exposed(self) -> bool:
        """True when others than this machine's users can change the library without a password."""
        return self.host not in LOOPBACK and self.auth is None and EVERYBODY not in self.readers

    def may_write(self, user: str | None) -> bool:
        """Tell whether a user may change the library."""
        return not {EVERYBODY, user} & self.readers

    def is_known(self, user: str, password: str) -> bool:
        """Tell whether that is the password of a user; it takes as long whatever is wrong."""
        wanted = (self.auth or {}).get(user)
        same = secrets.compare_digest(password.encode(), (wanted or "").encode())
        return same and wanted is not None


def read_auth(secret: SecretStr | None) -> dict[str, str] | None:
    """Return the password of each user, of `user:password` or of a file with one such line for each.

    Empty lines of a file, and those that begin with #, are left out. Raises SettingsError.
    """
    given = secret.get_secret_value() if secret else ""
    if not given:
        return None
    path, lines = Path(given), [given]
    if ":" not in given or path.is_file():
        try:
            lines = [line.strip() for line in path.read_text("utf-8-sig").splitlines()]
        except (OSError, ValueError) as error:
            msg = f"--auth is neither user:password nor a file that can be read. {WRITTEN}"
            raise SettingsError(msg) from error
    users: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line or (len(lines) > 1 and line.startswith("#")):
            continue
        user, colon, password = line.partition(":")
        if not (user and colon and password):
            where = f"line {number} of the file of --auth" if len(lines) > 1 else "--auth"
            msg = f"{where} lacks a user or a password. {WRITTEN}"
            raise SettingsError(msg)
        if user in users:
            msg = f"--auth names the user {user!r} twice. {WRITTEN}"
            raise SettingsError(msg)
        users[user] = password
    if not users:
        msg = f"--auth names no user. {WRITTEN}"
        raise SettingsError(msg)
    return users
