"""1,000 connections that are held half open all the while, against a real daemon: another client is served as ever."""

from __future__ import annotations

import contextlib
import http.client
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from stillwatch.app import build
from stillwatch.serve.http.keys import KeyRing
from tests.serve.scene import free_port
from tests.test_app import NO_MODELS, options
from tests.test_run import REPOSITORY, words

pytestmark = pytest.mark.process
HALF_OPEN = 1_000
PAUSE = 0.06
"""Between two requests of the client, so that its own key's rate is not what is measured."""
USUAL_LIMIT, OUR_LIMIT = 1_024, 4_096
"""Open files: what systemd gives every service, and what our unit allows."""


@dataclass(frozen=True, kw_only=True)
class Running:
    port: int
    process: psutil.Process
    key: str
    strangers_key: str

    def pss(self) -> float:
        """MiB."""
        return float(self.process.memory_full_info().pss) / 2**20


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Running]:
    """`stillwatch run` as a trial with two keys, which answers when this returns."""
    port = free_port()
    given = options(tmp_path, f"[api]\nport = {port}\n[watch]\njournal = false\n{NO_MODELS}")
    keys = KeyRing(build(given).paths.state)
    running = [keys.create("chat", 0.0)[1] for _ in range(2)]
    with (tmp_path / "daemon.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "stillwatch", *words(given), "run"],
            *(),
            stdout=log,
            stderr=log,
            cwd=REPOSITORY,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (USUAL_LIMIT, OUR_LIMIT)),
        )
    here = Running(port=port, process=psutil.Process(process.pid), key=running[0], strangers_key=running[1])
    ends = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError):
            assert ask(here, "GET", "/health") == 200
            break
        assert process.poll() is None and time.monotonic() < ends, (tmp_path / "daemon.log").read_text()
        time.sleep(PAUSE)
    yield here
    process.terminate()
    try:
        assert process.wait(20) == 0
        assert "Traceback" not in (tmp_path / "daemon.log").read_text()
    finally:
        process.kill()


def ask(running: Running, method: str, path: str, link: http.client.HTTPConnection | None = None) -> int:
    """On that connection, or on one of its own."""
    here = link or http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
    body = json.dumps({"model": "stillwatch", "messages": [{"role": "user", "content": "what is wrong?"}]})
    try:
        headers = {"Authorization": f"Bearer {running.key}", "Content-Type": "application/json"}
        here.request(method, path, body if method == "POST" else None, headers)
        reply = here.getresponse()
        reply.read()
        return reply.status
    finally:
        if link is None:
            here.close()


ASKED = [
    ("GET", "/health"),
    ("GET", "/v1/models"),
    ("GET", "/api/status"),
    ("POST", "/v1/chat/completions"),
    ("GET", "/"),
]


@pytest.mark.parametrize("seconds", [60.0, pytest.param(300.0, marks=pytest.mark.soak)])
@pytest.mark.timeout(600)
def test_a_thousand_half_open_connections_keep_nobody_out(daemon: Running, seconds: float) -> None:
    for method, path in ASKED:
        ask(daemon, method, path)
    before, most, files, took, wrong = daemon.pss(), 0.0, 0, list[float](), list[object]()
    strangers = [sys.executable, "-m", "tests.serve.half_open", str(daemon.port), daemon.strangers_key, str(HALF_OPEN)]
    lasting = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=10)
    with subprocess.Popen(
        strangers, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    ) as attack:
        ends, number = time.monotonic() + seconds, 0
        while time.monotonic() < ends:
            method, path = ASKED[number % len(ASKED)]
            began = time.monotonic()
            try:
                status: object = ask(daemon, method, path, lasting if number % 2 else None)
            except (OSError, http.client.HTTPException) as error:
                status = repr(error)
            took.append(time.monotonic() - began)
            if status not in (200, 401):
                wrong.append((method, path, status, round(ends - time.monotonic())))
            if number % 20 == 0:
                most, files = max(most, daemon.pss()), max(files, daemon.process.num_fds())
            number += 1
            time.sleep(PAUSE)
        told, _ = attack.communicate(timeout=20)
    lasting.close()
    up, held = told.splitlines()
    percentiles = statistics.quantiles(took, n=100)
    print(
        f"{len(took)} requests: median {percentiles[49] * 1000:.0f} ms, 99 % {percentiles[98] * 1000:.0f} ms, "
        f"worst {max(took) * 1000:.0f} ms; PSS {before:.0f} MiB before, {most:.0f} at most; {files} files; {held}"
    )
    assert up == "up" and not wrong
    assert percentiles[49] < 1.0, "half of all wait for long; single ones do on any busy machine"
    assert files < OUR_LIMIT // 2 and most - before < 150
