"""Zotero: the library of the Zotero that runs on this machine, or one at zotero.org with a key, as JSON.

https://www.zotero.org/support/dev/web_api/v3/basics: at most 100 items a page, `Total-Results` says how many there are,
`Backoff` and `Retry-After` when to go on. https://www.zotero.org/support/dev/web_api/v3/local_api: the same at port
23119, without rate or key, once other applications are allowed there (Settings, Advanced).
"""

from rag.errors import FetchError
from rag.fetching.indexes.base import About, Asking, Key, Page, checked, document, number, offset, parsed, rest
from rag.fetching.wanted import Wanted
from rag.readers.json_shapes.fields import within

ABOUT = About(
    name="zotero",
    title="Zotero",
    address="http://127.0.0.1:23119/api",
    per_second=20,  # it asks for no pause; it is another program on this machine
    page=100,
    searches=frozenset({"text", "author", "collection"}),
    kept=False,  # it may change at any moment, and is here anyway
    gives="your own Zotero library: the one that runs here, or with a key that at zotero.org",
)
ONLINE = About(
    name="zotero.org",
    title="Zotero",
    address="https://api.zotero.org",
    per_second=2,
    page=ABOUT.page,
    searches=ABOUT.searches,
    key=Key("zotero_key", header="Zotero-API-Key"),
    gives=ABOUT.gives,
)
VERSION = {"Zotero-API-Version": "3"}
ALLOW = "Allow other applications on this computer to communicate with it: Settings, Advanced."
NO_PAPERS = {"attachment", "note", "annotation"}


def page(wanted: Wanted, client: Asking, after: str) -> Page:
    """Return the page after so many items. Raises FetchError, also for a collection that isn't there."""
    about = ONLINE if client.setting("zotero_key") else ABOUT
    try:
        return _page(wanted, client, about, offset(after))
    except FetchError as error:
        if error.status != 403 or about is ONLINE:
            raise
        raise FetchError(about.title, error.happened, ALLOW, error.status) from None


def _page(wanted: Wanted, client: Asking, about: About, start: int) -> Page:
    place = _library(client, about)
    if wanted.collection:
        place = f"{place}/collections/{_collection(client, about, place, wanted.collection)}"
    parameters: dict[str, str | int] = {
        "format": "json",
        "sort": "dateAdded",
        "direction": "desc" if wanted.newest else "asc",
        "limit": min(ABOUT.page, wanted.limit - start),
        "start": start,
    }
    if words := " ".join(filter(None, (*wanted.text.split(), *wanted.author.split()))):
        parameters["q"] = words
    answer = client.get(about, f"{place}/items/top", parameters, checked(), headers=VERSION)
    items, total = parsed(answer.content), number(answer.headers.get("total-results", ""))
    papers = [one for one in items if isinstance(one, dict) and _type(one) not in NO_PAPERS]
    return Page(document(papers), len(items), total, rest(start, len(items), total, wanted.limit))


def _type(item: dict[str, object]) -> object:
    return within(item, "data", "itemType")


def _library(client: Asking, about: About) -> str:
    """Return the part of an address that names the library."""
    if said := client.setting("zotero_library"):
        return said
    if about is ABOUT:
        return "users/0"  # whoever uses the Zotero that runs here
    answer = client.get(about, "keys/current", {}, checked("userID", kind=int), headers=VERSION)
    return f"users/{parsed(answer.content, 'userID', kind=int)}"


def _collection(client: Asking, about: About, place: str, said: str) -> str:
    """Return the key of a collection that was named, or whose key was given."""
    names: dict[str, str] = {}
    start, more = 0, True
    while more:
        parameters: dict[str, str | int] = {"format": "json", "limit": about.page, "start": start}
        answer = client.get(about, f"{place}/collections", parameters, checked(), headers=VERSION)
        items = parsed(answer.content)
        names |= {str(within(one, "key")): str(within(one, "data", "name")) for one in items if within(one, "key")}
        start += len(items)
        more = bool(items) and start < (number(answer.headers.get("total-results", "")) or 0)
    keys = [said] if said in names else [key for key, name in names.items() if name.casefold() == said.casefold()]
    if len(keys) == 1:
        return keys[0]
    if keys:
        happened = f"{len(keys)} collections are called {said!r}"
        raise FetchError(about.title, happened, f"Give the key of one: {', '.join(keys[:9])}.")
    known = ", ".join(list(names.values())[:9]) or "it has none"
    raise FetchError(about.title, f"there is no collection {said!r}", f"Those that are there: {known}.")
