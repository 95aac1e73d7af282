"""Gradio, imported whatever proxies and certificates the environment names.

While it is imported it makes clients of web addresses, which the page never uses; one proxy or certificate that they
can't read, and the import fails. So nothing of the kind is in the environment meanwhile.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Api", "api", "gr", "upload_folder"]

NETWORK = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"}


@contextmanager
def without_network_settings() -> Iterator[None]:
    """Have no proxies and certificates in the environment within the block."""
    taken = {name: os.environ.pop(name) for name in list(os.environ) if name.upper() in NETWORK}
    try:
        yield
    finally:
        os.environ.update(taken)


with without_network_settings():
    import gradio as gr
    from gradio.components.api_component import Api
    from gradio.events import api
    from gradio.utils import get_upload_folder


def upload_folder() -> Path:
    """Return the folder into which gradio takes what a browser uploads."""
    return Path(get_upload_folder()).resolve()
