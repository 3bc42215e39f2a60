"""Real client programs for the tests, installed by this file into the user's cache, never into the project."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
LLM_VERSION = "0.27"
INSPECTOR_VERSION = "2.12.0"
GUIDE_WHEELS = ("llm", "mcp", "openai")
GUIDE_NPM = ("@ai-sdk/openai-compatible", "@modelcontextprotocol/inspector", "ai", "openai")
GUIDE_NPX = "mcp-remote"


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


def locked(name: str) -> Path:
    """A folder of packages as its lockfile here says; installed once for each lockfile."""
    lock = (HERE / name / "package-lock.json").read_bytes()
    folder = cache() / f"{name}-{hashlib.sha256(lock).hexdigest()[:12]}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(HERE / name, folder)
        install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(install, cwd=folder, check=True, capture_output=True, timeout=240)
        (folder / "complete").touch()
    return folder


def inspector_program() -> list[str]:
    """The MCP inspector's command."""
    folder = cache() / f"inspector-{INSPECTOR_VERSION}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        package = f"@modelcontextprotocol/inspector@{INSPECTOR_VERSION}"
        install = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder), package]
        subprocess.run(install, cwd=folder, check=True, capture_output=True, timeout=300)
        (folder / "complete").touch()
    return [str(node_program()), str(folder / "node_modules/.bin/mcp-inspector")]


def guide_packages() -> Path:
    """What the guides install, for a machine without network: `wheels`; npm's cache, `npm`; Node and npm, `node`."""
    folder = (
        cache() / f"guides-{hashlib.sha256(' '.join((*GUIDE_WHEELS, *GUIDE_NPM, GUIDE_NPX)).encode()).hexdigest()[:12]}"
    )
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(folder / "wheels"), *GUIDE_WHEELS]
        subprocess.run(pip, check=True, capture_output=True, timeout=240)
        install = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"]
        own = ["npm@11", f"node-linux-{'arm64' if platform.machine() == 'aarch64' else 'x64'}@24"]
        npm_of_host = ["npm", *install, str(folder / "node"), *own]
        subprocess.run(npm_of_host, check=True, capture_output=True, timeout=240)
        (node,) = folder.glob("node/node_modules/node-linux-*/bin/node")
        # with the Node that will ask for them: which version is the newest that fits depends on it
        npm = [str(node), str(folder / "node/node_modules/npm/bin/npm-cli.js"), *install, str(folder / "scratch")]
        subprocess.run([*npm, "--cache", str(folder / "npm"), *GUIDE_NPM], check=True, capture_output=True, timeout=240)
        shutil.rmtree(folder / "scratch")
        (folder / "complete").touch()
    return folder


def llm_program() -> Path:
    """The `llm` command in a virtual environment of its own."""
    return venv_program("llm", f"llm>={LLM_VERSION}")


def venv_program(name: str, *packages: str) -> Path:
    """A program from a package index, in a virtual environment of its own below the cache."""
    folder = cache() / f"venv-{name}"
    program = folder / "bin" / name
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True, timeout=120)
        pip = [str(folder / "bin/pip"), "install", "--quiet", *packages]
        subprocess.run(pip, check=True, capture_output=True, timeout=500)
        (folder / "complete").touch()
    return program
