"""What went wrong between here and a hub, on one line that says what to do next."""

import errno
import re
from collections.abc import Iterator, Sequence
from json import JSONDecodeError
from pathlib import Path

Told = tuple[str, str]  # what happened, what to do next
Errors = Sequence[BaseException]


class HubError(ValueError):
    """A model can't be had from the hub or the cache; `str(error)` is one line with the next step."""


def told(error: Exception, repository: str, revision: str, folder: Path) -> HubError:
    """Return what an error of huggingface_hub means to a person; `folder` is where the cache keeps the repository."""
    from huggingface_hub import constants

    if isinstance(error, HubError):
        return error
    every, hub = list(_causes(error)), without_password(constants.ENDPOINT)
    text, remedy = (
        _of_cache(every, f"{repository}@{revision}", folder.parent)
        or _of_repository(every, repository, revision, hub)
        or _of_connection(every, repository, hub)
    )
    return HubError(f"{text}. {remedy}")


def without_password(text: str) -> str:
    """Return a text without the names and passwords that addresses in it hold.

    >>> without_password("asked https://me:secret@hub:80/x")
    'asked https://hub:80/x'
    """
    return re.sub(r"(?<=//)[^/\s]*@", "", text)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it came from, the nearest first."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _came(every: Errors, *kinds: type[BaseException]) -> bool:
    return any(isinstance(one, kinds) for one in every)


def _of_cache(every: Errors, what: str, cache: Path) -> Told | None:
    from huggingface_hub.errors import OfflineModeIsEnabled

    if _came(every, OfflineModeIsEnabled):
        return (
            f"{what} is not in the cache {cache} as a whole, and HF_HUB_OFFLINE forbids to fetch it",
            "Run once without HF_HUB_OFFLINE, or copy the cache from a machine that has it.",
        )
    numbers = {one.errno for one in every if isinstance(one, OSError)}
    if numbers & {errno.ENOSPC, errno.EDQUOT}:
        return (
            f"The disk of {cache} is full, {what} can't be kept there",
            "Make room, or let HF_HOME name another disk.",
        )
    if numbers & {errno.EROFS, errno.EACCES, errno.EPERM}:
        return f"{what} can't be kept in {cache}: no right to write there", "Let HF_HOME name a folder of yours."
    return None


def _of_repository(every: Errors, repository: str, revision: str, hub: str) -> Told | None:
    from huggingface_hub import errors, get_token

    status = next((one.response.status_code for one in every if isinstance(one, errors.HfHubHTTPError)), None)
    if _came(every, errors.GatedRepoError) or status == 403:
        return (
            f"{hub} lets only those have {repository} whom its owner admits ({status})",
            f"Accept its terms at {hub}/{repository} and set HF_TOKEN to your token.",
        )
    if _came(every, errors.RevisionNotFoundError):
        return (
            f"{repository} has no revision {revision!r} at {hub}",
            "Name a branch, a tag or a commit behind the @, or leave it out.",
        )
    if _came(every, errors.RepositoryNotFoundError) or status in {401, 404}:
        at = "" if revision == "main" else f" of revision {revision!r}"
        known = "that HF_TOKEN is right and may read it" if get_token() else "or set HF_TOKEN if it is a private one"
        return f"{hub} has no model {repository}{at}, or it is private ({status})", f"Check the name, {known}."
    if status is not None:
        return f"{hub} answered {status} for {repository}", "Try again later, or let HF_ENDPOINT name another hub."
    return None


def _of_connection(every: Errors, repository: str, hub: str) -> Told:
    from huggingface_hub import errors

    if _came(every, errors.FileMetadataError, JSONDecodeError, AttributeError, KeyError, TypeError):
        return f"{hub} doesn't answer as a hub does", "Check HF_ENDPOINT and the proxy settings."
    lines = (line.strip() for line in without_password(str(every[-1])).splitlines())
    reason = next(filter(None, lines), type(every[-1]).__name__)[:200].rstrip(".")
    return (
        f"{repository} is not in the cache and can't be fetched from {hub} ({reason})",
        "Check the connection, HF_ENDPOINT and the proxy settings, and run the same command again.",
    )
