"""Open WebUI as it is published, installed into the user's cache and started for one test."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.rig import cache

PACKAGES = Path(__file__).with_suffix(".txt")
PORT = 18080
START_SECONDS = 300.0
SETTINGS = {
    "ANONYMIZED_TELEMETRY": "false",
    "BYPASS_EMBEDDING_AND_RETRIEVAL": "true",
    "DO_NOT_TRACK": "true",
    "ENABLE_EVALUATION_ARENA_MODELS": "false",
    "ENABLE_OLLAMA_API": "false",
    "ENABLE_VERSION_UPDATE_CHECK": "false",
    "HF_HUB_OFFLINE": "1",
    "OFFLINE_MODE": "true",
    "RAG_EMBEDDING_ENGINE": "openai",
    "SCARF_NO_ANALYTICS": "true",
    "WEBUI_SECRET_KEY": "a test's",
}
"""Nothing is fetched and nothing is told to anybody; all else is as it comes."""


def program() -> Path:
    """The `open-webui` command, installed at need: 0.7 GB, one to three minutes."""
    folder = cache() / f"open-webui-{hashlib.sha256(PACKAGES.read_bytes()).hexdigest()[:12]}"
    if not (folder / "complete").exists():
        print("installing Open WebUI: 0.7 GB, one to three minutes", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=120)
        pip = [str(folder / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--requirement", str(PACKAGES)], check=True, capture_output=True, timeout=900)
        (folder / "complete").touch()
    return folder / "bin/open-webui"


@contextmanager
def serving(command: Path, folder: Path) -> Iterator[str]:
    """Its address, once it answers; what it writes lies in `folder`. It ends with the context."""
    (folder / "data").mkdir()
    environment = {**os.environ, **SETTINGS, "DATA_DIR": str(folder / "data")}
    with (folder / "open-webui.log").open("w+") as log:
        words = [str(command), "serve", "--host", "127.0.0.1", "--port", str(PORT)]
        process = subprocess.Popen(words, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            end = time.monotonic() + START_SECONDS
            while not _answers():
                log.seek(0)
                assert process.poll() is None and time.monotonic() < end, log.read()[-4_000:]
                time.sleep(0.2)
            yield f"http://127.0.0.1:{PORT}"
        finally:
            process.kill()
            process.wait()


def _answers() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health", timeout=5) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False
