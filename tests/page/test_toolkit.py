"""The page's toolkit, imported where the environment names proxies and certificates that nobody can use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "variables",
    [
        {"ALL_PROXY": "socks://127.0.0.1:9", "SSL_CERT_FILE": "/nosuch"},
        {"all_proxy": "rubbish://x", "HTTP_PROXY": "http://[::1", "SSLKEYLOGFILE": "/nosuch/log"},
    ],
)
def test_the_page_is_imported_whatever_proxies_and_certificates_are_named(variables: dict[str, str]) -> None:
    check = (
        "import os, ui.page.server; "
        f"assert {variables!r}.items() <= os.environ.items(), 'what was hidden is there again'"
    )
    done = subprocess.run(
        [sys.executable, "-c", check],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
