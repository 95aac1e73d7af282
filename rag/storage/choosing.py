"""The storage that a library's place asks for: a folder's, or a server's, whose drivers are imported only then."""

from collections.abc import Callable
from pathlib import Path

from rag.errors import SettingsError
from rag.settings import Settings
from rag.storage.base import Storage
from rag.storage.embedded import EmbeddedStorage
from rag.storage.layout import holds_papers
from rag.storage.manifest import IndexSpec
from rag.utils.places import Place, ServerAddress, place_of

AnyPlace = str | Path | ServerAddress  # what names a library
DRIVER = "psycopg"


def placed(given: AnyPlace) -> Place:
    """Return where a library is. Raises SettingsError, which shows nothing of it, for an address of none."""
    try:
        return place_of(given)
    except ValueError as error:
        msg = f"The library's address can't be used: {error}."
        raise SettingsError(msg) from None


def open_storage(given: AnyPlace, spec: IndexSpec | None, settings: Settings, *, create: bool = True) -> Storage:
    """Open the library in a folder or a database, made when absent if `create`, with an index as `spec` says.

    Without `spec` nothing is asked of the index that is there, and none is made but by `rebuilding`: for who looks at
    a library, keeps it, or makes its index anew. Raises LibraryMissingError when it is absent and not to be made,
    LibraryMismatchError when its index is another one or its version newer, LibraryDamagedError, StorageError, and
    SettingsError for an address that can't be used.
    """
    place = placed(given)
    if isinstance(place, Path):
        return EmbeddedStorage.open(place, spec, create=create)
    return _server()(place, spec, settings, create=create)


def may_hold_papers(given: AnyPlace) -> bool:
    """Tell whether there is a library in a folder; True for every database, as asking it takes a while."""
    place = placed(given)
    return holds_papers(place) if isinstance(place, Path) else True


def _server() -> Callable[..., Storage]:
    try:
        from rag.storage.server.opening import open_server
    except ImportError as error:
        if not (error.name or DRIVER).startswith(DRIVER):  # without its library it tells no name
            raise
        msg = f"A library on PostgreSQL needs the package {DRIVER}. Install it with: pip install 'askpapers[server]'"
        raise SettingsError(msg) from error
    return open_server
