"""Real servers for tests and measures: PostgreSQL by the programs of this machine, Chroma by its own command.

Both listen on this machine alone, on a free port, with their files in a folder that is given. A server can be stopped,
killed and started again on the same files, as those of a library would be.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

import httpx2
import psycopg

SECONDS = 60  # that a start may take on a busy machine
ANYWHERE = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
OWNER = "postgres"  # whom PostgreSQL runs as where we are root, which it refuses to be


class MissingServerError(Exception):
    """The programs of a server aren't on this machine; the message says how to get them."""


class Server:
    """A process that can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        """Use the files in a folder, and a port that is free now."""
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it, and wait until it answers. Raises TimeoutError, OSError."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Tell whether it does."""
        raise NotImplementedError

    def stop(self) -> None:
        """Let it end in order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a crash or a cut of the power would."""
        children = self._children()
        self._end(signal.SIGKILL)
        for child in children:  # each leads a group of its own
            _signal(child, signal.SIGKILL)
        until = time.monotonic() + SECONDS
        while any(map(_runs, children)) and time.monotonic() < until:
            time.sleep(0.01)

    def pause(self) -> None:
        """Let it hang: it keeps its connections and answers nothing, until it `resume`s."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        """Tell the process and all of its children."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            if number in (signal.SIGSTOP, signal.SIGCONT):
                for child in self._children():
                    _signal(child, number)

    def processes(self) -> list[int]:
        """Return the ids of its processes, the first one and those that this one started."""
        return [self._process.pid, *self._children()] if self._process is not None else []

    def _children(self) -> list[int]:
        """Return the ids of the processes that this one started and that still run; on Linux alone."""
        if self._process is None:
            return []
        path = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return [int(one) for one in path.read_text("ascii").split()] if path.exists() else []

    def _end(self, number: signal.Signals) -> None:
        self._signal(number)
        if self._process is not None:
            self._process.wait(SECONDS)
            self._process = None

    def _wait(self) -> None:
        until = time.monotonic() + SECONDS
        while not self.answers():
            if time.monotonic() > until or self._process is None or self._process.poll() is not None:
                log = self.folder / "log"
                raise TimeoutError(log.read_text("utf-8", "replace")[-2_000:] if log.exists() else "it doesn't answer")
            time.sleep(0.05)

    def _run(self, command: list[str], *, owner: str | None = None) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  (our own command)
                command, stdout=log, stderr=log, user=owner, cwd=self.folder, start_new_session=True
            )
        self._wait()


class PostgresServer(Server):
    """A cluster of PostgreSQL without a password, for user `postgres`."""

    def __init__(self, folder: Path, *, durable: bool = False, settings: dict[str, str] | None = None) -> None:
        """Use the cluster in a folder, made by `start`. `durable`: it waits for the disk, as a real one does."""
        super().__init__(folder)
        self._programs = postgres_programs()
        self._owner = OWNER if os.geteuid() == 0 else None
        self._settings = {**({} if durable else {"fsync": "off"}), **(settings or {})}

    def start(self) -> None:
        """Make the cluster when there is none, and start it."""
        data = self.folder / "data"
        if not data.exists():
            data.mkdir(parents=True)
            if self._owner:
                reachable(self.folder)
                shutil.chown(data, self._owner)
            subprocess.run(  # noqa: S603  (our own command)
                [str(self._programs / "initdb"), "-D", str(data), "-U", OWNER, "-A", "trust", "-N", "-E", "UTF8"],
                check=True, capture_output=True, user=self._owner, cwd=data, env={**os.environ, "LC_ALL": "C"},
            )  # fmt: skip
        for stale in data.glob("postmaster.pid"):  # of one that was killed, and its children with it
            stale.unlink()
        given = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            **self._settings,
        }
        options = [part for name, value in given.items() for part in ("-c", f"{name}={value}")]
        self._run([str(self._programs / "postgres"), "-D", str(data), *options], owner=self._owner)

    def stop(self) -> None:
        """Let it end in order, though somebody is connected."""
        self._end(signal.SIGINT)

    def answers(self) -> bool:
        """Tell whether it takes connections."""
        try:
            psycopg.connect(self.address(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def cpu_seconds(self) -> float:
        """Return the CPU time of the server so far, with that of its processes that have ended."""
        ticks = 0
        for found in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = found.read_text().rsplit(")", 1)[1].split()  # from its state on, its parent next
                ours = self._process is not None and found.parent.name == str(self._process.pid)
                if ours or (self._process is not None and fields[1] == str(self._process.pid)):
                    ticks += sum(map(int, fields[11 : 15 if ours else 13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def address(self, schema: str = "", user: str = OWNER, database: str = "postgres") -> str:
        """Return the address of a library in a schema of its own, of user and database."""
        options = f"?options=-csearch_path%3D{schema}" if schema else ""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}{options}"

    def new_library(self, name: str) -> str:
        """Make a schema, if there is none of that name, and return the address of a library in it."""
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{name}"')
        return self.address(name)

    def settle(self) -> None:
        """Do at once what it does in the background for minutes after much was written, at the cost of searches."""
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")


class ChromaServerProcess(Server):
    """A server of Chroma."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it on what is in its folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = Path(sys.executable).with_name("chroma")
        self._run(
            [str(command), "run", "--host", "127.0.0.1", "--port", str(self.port), "--path", str(self.folder / "data")]
        )

    def answers(self) -> bool:
        """Tell whether it does."""
        with suppress(httpx2.HTTPError):
            return httpx2.get(f"{self.url}/api/v2/heartbeat", timeout=5).is_success
        return False


def _signal(process: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, number)


def _runs(process: int) -> bool:
    """Tell whether a process is there that is more than a name to be fetched by its parent."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0] != "Z"
    return False


def postgres_programs() -> Path:
    """Return the folder of PostgreSQL's programs. Raises MissingServerError."""
    places = [Path(found).resolve().parent for found in [shutil.which("postgres")] if found]
    for pattern in ANYWHERE:
        places += sorted(Path("/").glob(pattern[1:]), reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            if os.geteuid() == 0:
                _require_owner()
            return place
    msg = "PostgreSQL isn't installed: apt install postgresql"
    raise MissingServerError(msg)


def _require_owner() -> None:
    try:
        pwd.getpwnam(OWNER)
    except KeyError:
        msg = f"PostgreSQL doesn't run as root, and there is no user {OWNER}: useradd --system {OWNER}"
        raise MissingServerError(msg) from None


def reachable(folder: Path) -> None:
    """Let another user come to a folder: those above it may be ours alone."""
    for place in (folder, *folder.parents):
        with suppress(PermissionError):
            if not place.stat().st_mode & 0o001:
                place.chmod(place.stat().st_mode | 0o011)


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
