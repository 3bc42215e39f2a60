"""`up`: starts what it can, says where it listens, ends on a signal and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

SERVER = """\
#!{python}
import http.server, json, pathlib, sys
def option(name): return sys.argv[sys.argv.index(name) + 1]
key = pathlib.Path(option("--api-key-file")).read_text().strip()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        good = self.headers.get("Authorization") == "Bearer " + key
        settings = {{"n_ctx": int(option("--ctx-size"))}}
        body = json.dumps({{"model_path": option("--model"), "default_generation_settings": settings}}).encode()
        self.send_response(200 if good else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(option("--port"))), Handler).serve_forever()
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def started(folder: Path, port: int, *, model: bool = True) -> subprocess.Popen[str]:
    """`stillwatch up` with one tier on a stand-in for llama-server."""
    server = folder / "llama-server"
    server.write_text(SERVER.format(python=sys.executable))
    server.chmod(0o755)
    (folder / "m.gguf").write_bytes(b"GGUF" + bytes(100))
    tiers = "".join(f"[llm.{tier}]\nenabled = false\n" for tier in ("trigger", "review"))
    name = "m.gguf" if model else "none.gguf"
    (folder / "c.toml").write_text(f'{tiers}[llm.meta]\nmodel = "{folder / name}"\nport = {port}\n')
    words = ["up", "--config", folder / "c.toml", "--state-dir", folder / "state", "--runtime-dir", folder / "run"]
    return subprocess.Popen(
        [sys.executable, "-m", "stillwatch", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "STILLWATCH_LLAMA_SERVER": str(server)},
    )


def until(process: subprocess.Popen[str], words: str) -> str:
    """What it says until a line holds these words."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"it ended: {said} {process.communicate()[1]}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_end(number: int, tmp_path: Path, port: int) -> None:
    process = started(tmp_path, port)
    said = until(process, "Ctrl-C")
    assert f"meta    ready   http://127.0.0.1:{port}/v1 m.gguf" in said
    assert "trigger off" in said
    (server,) = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "stopped\n", "")
    assert not server.is_running()


def test_a_server_that_dies_is_started_again(tmp_path: Path, port: int) -> None:
    process = started(tmp_path, port)
    until(process, "Ctrl-C")
    psutil.Process(process.pid).children(recursive=True)[0].kill()
    assert "meta: llama-server was killed" in until(process, "meta: ready")
    process.terminate()
    assert process.wait(timeout=30) == 0
    process.communicate()


def test_nothing_survives_a_killed_parent(tmp_path: Path, port: int) -> None:
    process = started(tmp_path, port)
    until(process, "Ctrl-C")
    (server,) = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    with contextlib.suppress(psutil.TimeoutExpired):
        server.wait(timeout=10)
    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE


def test_without_any_model_it_says_what_is_missing(tmp_path: Path, port: int) -> None:
    process = started(tmp_path, port, model=False)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 5
    assert err.count("\n") == 1
    assert "stillwatch doctor" in err


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        process = started(tmp_path, listener.getsockname()[1])
        _, err = process.communicate(timeout=30)
    assert process.returncode == 5
    assert "is taken by" in err
