"""Which way an address is reached: the proxy and the certificates that the environment names, looked at before use.

The client would read them itself, all of them, and fail over one that isn't even meant for this address; and only
who chose the proxy can say afterwards that it was the proxy that failed.
"""

import os
import re
import ssl
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

from httpx2 import create_ssl_context

from rag.utils.addresses import bare_address, unwrapped

SCHEMES = ("http", "https", "socks5", "socks5h")
ALIASES = {"socks": "socks5"}  # as desktops write it
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


class Trouble(NamedTuple):
    """What happened, and what to do next; two parts of a line, the first without a full stop."""

    happened: str
    advice: str


class RouteError(ValueError):
    """The environment names no way to an address that could be gone."""

    def __init__(self, happened: str, advice: str) -> None:
        self.trouble = Trouble(happened, advice)
        super().__init__(f"{happened}. {advice}")


class Route(NamedTuple):
    """The way to an address: over a proxy, which a variable names, or straight when both are empty."""

    host: str
    proxy: str = ""
    variable: str = ""


def route_of(address: str) -> Route:
    """Return the way to an address. Raises RouteError when its proxy is no address of one."""
    parts = urlsplit(address)
    host, proxies = parts.hostname or "", getproxies()
    name = parts.scheme if proxies.get(parts.scheme) else "all"
    proxy = unwrapped(proxies.get(name) or "")
    if not proxy or _is_spared(parts, proxies.get("no", "")):
        return Route(host)
    variable = _variable(f"{name}_proxy")
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    try:
        split = urlsplit(proxy)
        usable = ALIASES.get(split.scheme, split.scheme) in SCHEMES and split.hostname and split.port != 0
        usable = usable and not re.search(r"\s", proxy)
    except ValueError:  # a port that is none
        usable = False
    if not usable:
        happened = f"{variable} names a proxy that can't be used, {bare_address(proxy)!r}"
        raise RouteError(happened, f"Write it like http://127.0.0.1:3128, or add {host} to NO_PROXY.")
    rest = proxy.partition("://")[2]
    return Route(host, f"{ALIASES.get(split.scheme, split.scheme)}://{rest}", variable)


def proxy_advice(route: Route, *, login: bool = False) -> str:
    """Return what to do about the proxy of a route; `login` says that it wants one."""
    check = f"Write its user and password into {route.variable}" if login else f"Check {route.variable}"
    return f"{check}, or add {route.host} to NO_PROXY if it needs no proxy."


def certificates_for(address: str) -> ssl.SSLContext:
    """Return whose certificates are trusted at an address. Raises RouteError when the environment names none."""
    try:
        for variable in CERTIFICATES:
            if place := os.environ.get(variable):
                # A list of folders is one too; the first variable that is set is the one that counts.
                if not any(map(os.path.exists, [place, *place.split(os.pathsep)])):
                    raise FileNotFoundError(2, "no such file or folder")
                break
        return create_ssl_context()
    except (OSError, ValueError) as error:
        if not address.startswith("https:"):
            return create_ssl_context(trust_env=False)  # for a redirect, should one come
        variable = next((name for name in CERTIFICATES if os.environ.get(name)), "SSL_CERT_FILE")
        why = "no certificates in it" if isinstance(error, ssl.SSLError) else getattr(error, "strerror", "") or error
        happened = f"the certificates that {variable} names can't be read ({os.environ.get(variable, '')!r}: {why})"
        advice = f"Set {variable} to a file of certificates in PEM form, or unset it."
        raise RouteError(
            happened, advice.replace("a file", "a folder") if variable.endswith("DIR") else advice
        ) from None


def _is_spared(parts: SplitResult, spared: str) -> bool:
    """Tell whether NO_PROXY, or the system, spares a host; beyond names it may hold networks, as 10.0.0.0/8."""
    host = parts.hostname or ""
    if proxy_bypass(host) or proxy_bypass(f"{host}:{parts.port}"):
        return True
    try:
        number = ip_address(host)
    except ValueError:
        return False
    return any(_holds(one.strip().strip("[]"), number) for one in spared.split(","))


def _holds(network: str, number: IPv4Address | IPv6Address) -> bool:
    try:
        return number in ip_network(network, strict=False)
    except ValueError:  # a name, not a network
        return False


def _variable(name: str) -> str:
    """Return an environment variable as it was written; in capitals when it came from elsewhere."""
    return name if os.environ.get(name) else name.upper()
