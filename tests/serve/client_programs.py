"""Real client programs for the tests, installed by this file into the user's cache, never into the project."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
LLM_VERSION = "0.27"
INSPECTOR_VERSION = "2.12.0"
GUIDE_WHEELS = ("llm", "mcp", "openai")
GUIDE_NPM = ("@ai-sdk/openai-compatible", "@modelcontextprotocol/inspector", "ai", "openai")
GUIDE_NPX = ("mcp-remote",)
FROM_NPM = ("install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix")


def cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "stillwatch"


def js_folder() -> Path:
    """A folder with the programs of js/ and their packages."""
    folder = locked("js")
    for program in (HERE / "js").glob("*.mjs"):
        shutil.copy(program, folder)
    return folder


def node_program() -> Path:
    """A newer Node than Debian's, which MCP's own programs need."""
    (node,) = locked("conformance").glob("node_modules/node-linux-*/bin/node")
    return node


def conformance_program() -> list[str]:
    """The command of MCP's conformance suite."""
    return [str(node_program()), str(locked("conformance") / "node_modules/.bin/conformance")]


def inspector_program() -> list[str]:
    """The MCP inspector's command."""
    package = f"@modelcontextprotocol/inspector@{INSPECTOR_VERSION}"
    folder = once(f"inspector-{INSPECTOR_VERSION}", lambda folder: run("npm", *FROM_NPM, str(folder), package))
    return [str(node_program()), str(folder / "node_modules/.bin/mcp-inspector")]


def guide_packages() -> Path:
    """What the guides install, for a machine without network: `wheels`, npm's cache in `cache`, and npm itself."""
    wanted = " ".join((*GUIDE_WHEELS, *GUIDE_NPM, *GUIDE_NPX))

    def install(folder: Path) -> None:
        run(sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(folder / "wheels"), *GUIDE_WHEELS)
        run("npm", *FROM_NPM, str(folder), "npm@11")
        # by the Node that will ask for them: which version is the newest that fits depends on it
        npm = (str(node_program()), str(folder / "node_modules/npm/bin/npm-cli.js"), "--cache", str(folder / "cache"))
        run(*npm, *FROM_NPM, str(folder / "scratch"), *GUIDE_NPM)
        run(*npm, "exec", "--yes", *(f"--package={package}" for package in GUIDE_NPX), "true")
        shutil.rmtree(folder / "scratch")

    return once(f"guides-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}", install)


def llm_program() -> Path:
    """The `llm` command in a virtual environment of its own."""
    return venv_program("llm", f"llm>={LLM_VERSION}")


def venv_program(name: str, *packages: str) -> Path:
    """A program from a package index, in a virtual environment of its own below the cache."""

    def install(folder: Path) -> None:
        run(sys.executable, "-m", "venv", str(folder))
        run(str(folder / "bin/pip"), "install", "--quiet", *packages)

    return once(f"venv-{name}", install) / "bin" / name


def locked(name: str) -> Path:
    """A folder of packages as its lockfile here says; installed once for each lockfile."""

    def install(folder: Path) -> None:
        shutil.copytree(HERE / name, folder, dirs_exist_ok=True)
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=folder)

    return once(f"{name}-{hashlib.sha256((HERE / name / 'package-lock.json').read_bytes()).hexdigest()[:12]}", install)


def once(name: str, install: Callable[[Path], None]) -> Path:
    """A folder of the cache as `install` fills it, the first time; tests beside this one wait for it."""
    folder = cache() / name
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            install(folder)
            (folder / "complete").touch()
    return folder


def run(*command: str, folder: Path | None = None) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=500)
