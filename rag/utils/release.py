"""Which release of Askpapers runs: for reports and whoever asks what made a library."""

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """Return the version that is installed; `unknown` where the code runs without being installed."""
    try:
        return version("askpapers")
    except PackageNotFoundError:
        return "unknown"
