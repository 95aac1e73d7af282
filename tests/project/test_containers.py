"""The files that start a library for a team: what they name is pinned, there, and known to the program."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from rag.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_every_image_has_a_version() -> None:
    """What runs tomorrow is what ran today."""
    images = [service["image"] for service in SERVICES.values()]
    images += re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    for image in images:
        assert re.search(r":\d+\.\d+", image), image


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_comes_back_and_says_how_it_is(name: str) -> None:
    """After a crash, and before others count on it; a worker serves nobody."""
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert ("healthcheck" in SERVICES[name]) == (name != "worker")


def test_every_volume_is_declared_and_every_setting_is_one() -> None:
    """A typing mistake would be taken for a folder, or for nothing."""
    named = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert named == set(COMPOSE["volumes"])
    settings = {f"ASKPAPERS_{name}".upper() for name in Settings.model_fields}
    given = {name for service in SERVICES.values() for name in service.get("environment", {}) if name.startswith("ASKPAPERS_")}
    assert given <= settings


def test_the_image_holds_every_package_of_the_wheel() -> None:
    """And nothing else of a checkout: no papers, no keys."""
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    copied = {part for line in lines if line.startswith("COPY") for part in line.split()[1:-1]}
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert {"rag", "ui", "prompts", "eval", "pyproject.toml"} <= copied <= let_in


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="no docker-compose: apt install docker-compose")
def test_docker_compose_takes_the_file() -> None:
    """By its own check, which starts nothing."""
    command = ["docker-compose", "--file", str(ROOT / "docker-compose.yml"), "config", "--quiet"]
    done = subprocess.run(command, env={"PATH": "/usr/bin:/bin", "POSTGRES_PASSWORD": "x"}, capture_output=True)  # noqa: PLW1510
    assert done.returncode == 0, done.stderr.decode()
