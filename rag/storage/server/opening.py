"""A library on servers opened as the settings say."""

from psycopg import ProgrammingError
from psycopg.conninfo import make_conninfo

from rag.errors import SettingsError
from rag.settings import Settings
from rag.storage.manifest import IndexSpec
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.storage import ServerStorage
from rag.utils.headers import header_table
from rag.utils.places import ServerAddress


def open_server(
    address: ServerAddress, spec: IndexSpec | None, settings: Settings, *, create: bool = True
) -> ServerStorage:
    """Open the library in a database, with the Chroma of the settings; see `rag.storage.choosing.open_storage`."""
    if settings.chroma is None:
        msg = f"{address} needs a Chroma server beside it. Name it: ASKPAPERS_CHROMA=http://HOST:8000"
        raise SettingsError(msg)
    headers = header_table(settings.chroma_headers.get_secret_value()) if settings.chroma_headers else {}
    chroma = ChromaServer(settings.chroma, headers)
    try:
        conninfo = make_conninfo(**address.connection())
    except ProgrammingError as error:  # an option of which PostgreSQL's client has none
        told = str(error).strip()
        msg = f"The address {address} can't be used: {told}. Leave that out, or see what PostgreSQL's clients take."
        raise SettingsError(msg) from None
    return ServerStorage.open(conninfo, str(address), chroma, spec, create=create)
