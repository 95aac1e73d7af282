"""Where a library is: a folder of this machine, or a database on a PostgreSQL server.

An address of a server may hold a password. It is kept apart here, and given to nobody but who connects: whatever shows
an address, as text, in a message, in JSON or in a traceback, shows it without. So does no error tell what was written:
of an address that can't be read nobody knows which part of it is the password.
"""

import hashlib
import re
from pathlib import Path
from urllib.parse import quote, unquote

from rag.utils.addresses import unwrapped

EXAMPLE = "postgresql://user@host:5432/papers"
SCHEME = re.compile(r"postgres(?:ql)?(?:\+\w+)?:", re.IGNORECASE)  # SQLAlchemy's name the driver, too
ANY_SCHEME = re.compile(r"[a-z][\w+.-]*://", re.IGNORECASE)
KEYWORDS = re.compile(r"(?:host|hostaddr|port|dbname|user|password|service)\s*=", re.IGNORECASE)
HOST = re.compile(r"[\w.-]*|/[^,]*|[0-9a-f:.%]+", re.IGNORECASE)  # a name, a folder of a socket, IPv6
ENCODED = "A password's own : / ? @ % are written as %3A %2F %3F %40 %25"
SECRET = re.compile(r"pass(?!file)|secret", re.IGNORECASE)  # names of what is never shown
STRUCK, LONG = "…", 8  # letters from which a password is struck out wherever it stands: a shorter one may be a word


class ServerAddress:
    """The address of a database on a PostgreSQL server. Its text is `postgresql://user@host:port/database`."""

    __slots__ = ("_keywords",)

    def __init__(self, **keywords: str) -> None:
        """Use `place_of`."""
        self._keywords = keywords

    def connection(self) -> dict[str, str]:
        """Return what a client connects with, by libpq's names: the one place that gives the password away."""
        return dict(self._keywords)

    @property
    def database(self) -> str:
        """The name of the database."""
        return self._keywords["dbname"]

    @property
    def key(self) -> str:
        """A name for this database that tells nobody anything: who connects, and how, doesn't matter."""
        host, port, options = (
            self._keywords.get(name, "") for name in ("host", "port", "options")
        )  # may name a schema
        return hashlib.sha256(f"{host.lower()} {port or 5432} {self.database} {options}".encode()).hexdigest()[:16]

    def without_secrets(self, text: str) -> str:
        """Return a text without this address's passwords, as they are or as they stand in an address."""
        for name, value in self._keywords.items():
            for secret in {value, quote(value), quote(value, safe="")} if SECRET.search(name) and value else ():
                word = re.escape(secret)
                text = re.sub(word if len(secret) >= LONG else rf"(?<!\w){word}(?!\w)", STRUCK, text)
        return text

    def __str__(self) -> str:
        known = self._keywords
        user = f"{quote(known['user'], safe='')}@" if known.get("user") else ""
        hosts = known.get("host", "").split(",")
        ports = known.get("port", "").split(",")
        ports = ports * len(hosts) if len(ports) == 1 else ports
        places = ",".join(
            (f"[{host}]" if ":" in host else quote(host, safe="")) + (f":{port}" if port else "")
            for host, port in zip(hosts, ports, strict=False)
        )
        return f"postgresql://{user}{places}/{quote(self.database, safe='')}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ServerAddress) and self._keywords == other._keywords

    def __hash__(self) -> int:
        return hash(str(self))


Place = Path | ServerAddress


def place_of(given: str | Path | ServerAddress) -> Place:
    """Return where a library is, of what a person wrote: the path of a folder, or `postgresql://user:password@host/db`.

    Raises ValueError, whose text holds nothing of what was written, for an address of no PostgreSQL database.

    >>> place_of("papers.library").name
    'papers.library'
    >>> place_of("postgres://me:secret@host/papers?sslmode=require")
    ServerAddress('postgresql://me@host/papers')
    """
    if isinstance(given, ServerAddress):
        return given
    if isinstance(given, Path):
        if SCHEME.match(str(given)):
            msg = "a library's address is given as a text; a Path changes it"
            raise ValueError(msg)
        return given
    text = unwrapped(given)
    if SCHEME.match(text):
        return _address(text)
    if ANY_SCHEME.match(text) or KEYWORDS.match(text):
        msg = f"it must be a folder, or look like {EXAMPLE}"
        raise ValueError(msg)
    return Path(given)


def _address(text: str) -> ServerAddress:
    _, slashes, rest = text.partition("://")
    if not slashes or SCHEME.fullmatch(text[: text.index("://") + 1]) is None:
        msg = f"it must look like {EXAMPLE}"
        raise ValueError(msg)
    before, _, query = rest.partition("?")
    authority, _, database = before.partition("/")
    account, _, hosts = authority.rpartition("@")
    user, _, password = account.partition(":")
    if re.search(r"[/@:]", database):
        msg = f"it must look like {EXAMPLE}. {ENCODED}"
        raise ValueError(msg)
    found = {"user": _decoded(user), "password": _decoded(password), **_hosts(hosts), "dbname": _decoded(database)}
    keywords = {name: value for name, value in {**found, **_options(query)}.items() if value}
    if "dbname" not in keywords:
        msg = f"it must name a database: {EXAMPLE}"
        raise ValueError(msg)
    _check(keywords)
    return ServerAddress(**keywords)


def _hosts(written: str) -> dict[str, str]:
    """Return libpq's `host` and `port` of hosts as an address has them: `a:5432,b`, `[::1]:5433`, `%2Ftmp`."""
    hosts: list[str] = []
    ports: list[str] = []
    for one in written.split(","):
        match = re.fullmatch(r"(?:\[([^\[\]]*)\]|([^\[\]:]*))(?::(\d*))?", one)
        if match is None:
            msg = f"it must look like {EXAMPLE}. {ENCODED}"
            raise ValueError(msg)
        hosts.append(_decoded(match[1] or match[2] or ""))
        ports.append(match[3] or "")
    return {"host": ",".join(hosts), "port": ",".join(ports) if any(ports) else ""}


def _options(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in filter(None, query.split("&")):
        name, equals, value = one.partition("=")
        if not equals or not re.fullmatch(r"[a-z_]+", name):
            msg = f"what stands behind its ? must look like sslmode=require&connect_timeout=5. {ENCODED}"
            raise ValueError(msg)
        found[name] = _decoded(value)
    if found.pop("ssl", "") == "true":  # as JDBC's addresses have it; libpq reads it so, too
        found.setdefault("sslmode", "require")
    return found


def _check(keywords: dict[str, str]) -> None:
    hosts, ports = (keywords.get(name, "").split(",") for name in ("host", "port"))
    if not all(map(HOST.fullmatch, hosts)) or len(ports) not in {1, len(hosts)}:
        msg = f"it must look like {EXAMPLE}. {ENCODED}"
        raise ValueError(msg)
    if not all(port == "" or (port.isascii() and port.isdigit() and 0 < int(port) < 65_536) for port in ports):
        msg = f"its port must be a number, as in {EXAMPLE}. {ENCODED}"
        raise ValueError(msg)
    if not all(letter.isprintable() for value in keywords.values() for letter in value):
        msg = f"it must look like {EXAMPLE}, without line breaks"
        raise ValueError(msg)


def _decoded(part: str) -> str:
    if re.search(r"%(?![0-9a-fA-F]{2})", part):
        msg = f"a % in it must be written as %25: {EXAMPLE}"
        raise ValueError(msg)
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError:
        msg = f"its %-encoded letters must be UTF-8: {EXAMPLE}"
        raise ValueError(msg) from None
