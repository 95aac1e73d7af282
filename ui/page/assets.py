"""What the browser loads of us: scripts under an address that names their content, so that they are fetched once."""

import hashlib
from functools import cache
from pathlib import Path

STATIC = Path(__file__).resolve().parent / "static"
SCRIPTS = STATIC / "js"
STYLES = STATIC / "css"


@cache
def folder() -> str:
    """Return the folder below `assets/` under which the scripts of this version stand."""
    content = b"".join(path.read_bytes() for path in sorted(SCRIPTS.glob("*.js")))
    return f"js-{hashlib.sha256(content).hexdigest()[:12]}"


def script(name: str) -> Path | None:
    """Return the file of a script; None when there is none of that name."""
    path = SCRIPTS / name
    return path if path.parent == SCRIPTS and path.suffix == ".js" and path.is_file() else None


def head() -> str:
    """Return our lines of the page's head: the style, and the scripts' addresses, so that all are fetched at once.

    `base.css` stands as it is; the rules of each other file are put inside of `.gradio-container`, for gradio's resets
    are told there and would win otherwise.
    """
    base = (STYLES / "base.css").read_text("utf-8")
    others = [path.read_text("utf-8") for path in sorted(STYLES.glob("*.css")) if path.name != "base.css"]
    style = "".join([base, *(f".gradio-container {{\n{one}}}\n" for one in others)])
    loads = "".join(
        f'<link rel="modulepreload" href="assets/{folder()}/{path.name}">' for path in sorted(SCRIPTS.glob("*.js"))
    )
    return f"<style>{style}</style>{loads}"
