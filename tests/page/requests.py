"""One request to a page's server, as any program makes it."""

import urllib.error
import urllib.request


def get(url: str, data: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of a request; with `data`, of a POST."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if data is not None:
        named["Content-Type"] = "application/json" if data.startswith(b"{") else "application/x-www-form-urlencoded"
    request = urllib.request.Request(url, data, named)
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status, dict(reply.headers), reply.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()
