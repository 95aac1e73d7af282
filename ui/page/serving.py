"""Where and for whom a page is served, and the password that it asks for."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from rag.errors import SettingsError

ANSWERS = 4  # written at once
WAITING = 64  # questions that may stand in line
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Serving:
    """Where and for whom a page is served. `auth` is a user and a password, None for everybody."""

    host: str = "127.0.0.1"
    port: int = 7860
    auth: tuple[str, str] | None = None
    mcp: bool = False
    answers: int = ANSWERS
    waiting: int = WAITING

    @property
    def exposed(self) -> bool:
        """True when others than this machine's users reach it without a password."""
        return self.host not in LOOPBACK and self.auth is None


def read_auth(secret: SecretStr | None) -> tuple[str, str] | None:
    """Return user and password of `user:password`, or of a file that holds just that. Raises SettingsError."""
    given = secret.get_secret_value() if secret else ""
    if not given:
        return None
    path = Path(given)
    if ":" not in given or path.is_file():
        try:
            given = path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            msg = "--auth is neither user:password nor a file that can be read. Write it as user:password."
            raise SettingsError(msg) from error
    user, colon, password = given.partition(":")
    if not (user and colon and password):
        msg = "--auth lacks a user or a password. Write it as user:password."
        raise SettingsError(msg)
    return user, password
