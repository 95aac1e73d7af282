"""Users who send their password with each request (HTTP Basic), as programs do."""

import base64
import binascii

from ui.page.serving import Serving


def named_in(header: str, serving: Serving) -> str | None:
    """Return the user that an Authorization header names with the right password; None for anything else."""
    kind, _, given = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return user if serving.is_known(user, password) else None
