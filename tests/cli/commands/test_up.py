"""`up`: starts what it can, says where it listens, ends on a signal and leaves nothing behind."""

from __future__ import annotations

import contextlib
import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.process

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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def port() -> int:
    return free_port()


def started(folder: Path, port: int, *, model: bool = True) -> subprocess.Popen[str]:
    """`stillwatch up` with one tier on a stand-in for llama-server."""
    server = folder / "llama-server"
    server.write_text(SERVER.format(python=sys.executable))
    server.chmod(0o755)
    (folder / "m.gguf").write_bytes(b"GGUF" + bytes(100))
    tiers = "".join(f"[llm.{tier}]\nenabled = false\n" for tier in ("trigger", "review"))
    name = "m.gguf" if model else "none.gguf"
    meta = f'[llm.meta]\nmodel = "{folder / name}"\nport = {port}\n'
    (folder / "c.toml").write_text(f"{tiers}{meta}[api]\nport = {free_port()}\n")
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


def server(process: subprocess.Popen[str]) -> psutil.Process:
    """The llama-server among its children."""
    children = psutil.Process(process.pid).children(recursive=True)
    return next(child for child in children if "--api-key-file" in child.cmdline())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_end(number: int, tmp_path: Path, port: int) -> None:
    process = started(tmp_path, port)
    said = until(process, "Ctrl-C")
    assert "meta: ready" in said and "trigger: off" in said and "gate: decides" in said and "/v1" in said
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) == 2
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "stopped\n") and "Traceback" not in err
    assert not any(child.is_running() for child in children)


def test_a_server_that_dies_is_started_again(tmp_path: Path, port: int) -> None:
    process = started(tmp_path, port)
    until(process, "Ctrl-C")
    server(process).kill()
    assert "meta: llama-server " in until(process, "meta: ready")
    process.terminate()
    assert process.wait(timeout=30) == 0
    process.communicate()


def test_nothing_survives_a_killed_parent(tmp_path: Path, port: int) -> None:
    process = started(tmp_path, port)
    until(process, "Ctrl-C")
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) == 2
    process.kill()
    process.communicate()
    for child in children:
        with contextlib.suppress(psutil.TimeoutExpired):
            child.wait(timeout=10)
        assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_without_any_model_it_watches_by_the_rules_and_says_what_is_missing(tmp_path: Path, port: int) -> None:
    process = started(tmp_path, port, model=False)
    said = until(process, "all is started")
    assert "meta: missing" in said or "meta: failed" in said
    process.terminate()
    assert process.wait(timeout=30) == 0
    process.communicate()


def test_a_port_of_a_model_that_is_taken_is_told(tmp_path: Path) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as other:
        threading.Thread(target=other.serve_forever, args=(0.01,), daemon=True).start()
        process = started(tmp_path, other.server_address[1])
        assert f"port {other.server_address[1]} " in until(process, "all is started")
        process.terminate()
        process.communicate(timeout=30)
        other.shutdown()


def test_a_command_reaches_gate_and_daemon(tmp_path: Path, port: int) -> None:
    process = started(tmp_path, port)
    until(process, "all is started")
    trial = ["--config", tmp_path / "c.toml", "--state-dir", tmp_path / "state", "--runtime-dir", tmp_path / "run"]
    for words in (["autonomy"], ["status", "--json"], ["incidents"]):
        done = subprocess.run(
            [sys.executable, "-m", "stillwatch", *words, *map(str, trial)], capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 1, 5) and "Traceback" not in done.stderr, done.stderr
        if words == ["autonomy"]:
            assert done.returncode == 0 and "suggest" in done.stdout
    process.terminate()
    process.communicate(timeout=30)
