"""A real pooler before PostgreSQL, for tests."""

import os
import shutil
import socket
from contextlib import suppress
from pathlib import Path

from rag.testing.servers import OWNER, MissingServerError, PostgresServer, Server, reachable


class PgBouncer(Server):
    """A pooler of connections to a PostgreSQL, in a mode of its own: `session`, `transaction`."""

    def __init__(self, folder: Path, behind: PostgresServer, mode: str, sessions: int = 20) -> None:
        """Use a folder. Raises MissingServerError."""
        super().__init__(folder)
        found = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
        if found is None:
            msg = "PgBouncer isn't installed: apt install pgbouncer"
            raise MissingServerError(msg)
        self._program, self._owner = found, OWNER if os.geteuid() == 0 else None
        self._given = {
            "listen_addr": "127.0.0.1", "listen_port": self.port, "unix_socket_dir": "", "auth_type": "any",
            "pool_mode": mode, "default_pool_size": sessions,
        }  # fmt: skip
        self._behind = f"* = host=127.0.0.1 port={behind.port} user={OWNER}"

    def start(self) -> None:
        """Start it, whether or not the server behind it runs."""
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = "\n".join(f"{name} = {value}" for name, value in self._given.items())
        place = self.folder / "pgbouncer.ini"
        place.write_text(f"[databases]\n{self._behind}\n[pgbouncer]\n{settings}\n", "ascii")
        if self._owner:
            reachable(self.folder)
        self._run([self._program, str(place)], owner=self._owner)

    def answers(self) -> bool:
        """Tell whether it listens."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5):
            return True
        return False

    def address(self, schema: str = "") -> str:
        """Return the address of a library in a schema, behind it."""
        options = f"?options=-csearch_path%3D{schema}" if schema else ""
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/postgres{options}"
