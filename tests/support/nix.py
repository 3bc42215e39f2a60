"""Nix without daemon and network, in a store of its own: evaluates nix/module.nix, and builds what that builds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent.parent
LIBRARY = REPOSITORY / "nix/tests"
TOOLS = ("nix-instantiate", "nix-build", "nix-env", "nix-store")
CONFIGURATION = "build-users-group =\nsandbox = false\nsubstitute = false\n"
Unit = dict[str, dict[str, list[str]]]
"""Section → key → its lines."""


class NixProblem(Exception):
    """What Nix says instead of a value."""


def missing() -> str:
    """What this host lacks, with the way out; "" if nothing."""
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    return f"{', '.join(absent)} not installed: run scripts/setup --tests" if absent else ""


class Nix:
    """folder: where the store and all that belongs to it lie."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        places = {"STORE": "store", "STATE": "var", "LOG": "log", "CONF": "conf"}
        own = {f"NIX_{name}_DIR": str(folder / place) for name, place in places.items()}
        self.environment = {**os.environ, **own, "HOME": str(folder), "NIX_REMOTE": ""}
        (folder / "conf").mkdir(parents=True)
        (folder / "conf/nix.conf").write_text(CONFIGURATION)

    def run(self, *argv: str) -> str:
        """What it prints. Raises NixProblem with its last words."""
        done = subprocess.run(argv, capture_output=True, text=True, env=self.environment, timeout=60)
        if done.returncode != 0:
            raise NixProblem(done.stderr.strip())
        return done.stdout

    def evaluate(self, expression: str) -> Any:
        """Its value, all of it forced."""
        return json.loads(self.run("nix-instantiate", "--eval", "--strict", "--json", "-E", expression))

    def parse(self, file: Path) -> None:
        self.run("nix-instantiate", "--parse", str(file))

    def render(self, settings: str = "", package: str = "") -> dict[str, Any]:
        """What a NixOS has of `services.stillwatch = { enable = true; … }`."""
        return dict(self.evaluate(f"({self.tests(package)}).render {module(settings)}"))

    def build_files(self, settings: str = "") -> Path:
        """The folder of stillwatch.toml, policy.toml and what belongs to them, built by the program itself."""
        expression = f"({self.tests(str(Path(sys.prefix)))}).files {module(settings)}"
        return Path(self.run("nix-build", "--quiet", "--no-out-link", "-E", expression).strip())

    @staticmethod
    def tests(python: str = "") -> str:
        return f"import {LIBRARY} {{ python = {json.dumps(python)}; }}"


def module(settings: str) -> str:
    return f"{{ services.stillwatch = {{ enable = true; {settings} }}; }}"


def read_unit(text: str) -> Unit:
    """systemd.syntax(7), as far as our units use it."""
    unit: Unit = {}
    section = ""
    for line in text.splitlines():
        if line.startswith("["):
            section = line[1:-1]
            unit[section] = {}
        elif line.strip():
            key, _, value = line.partition("=")
            unit[section].setdefault(key, []).append(value)
    return unit


def units(rendered: Mapping[str, Any]) -> dict[str, Unit]:
    return {name: read_unit(told["text"]) for name, told in rendered["units"].items()}
