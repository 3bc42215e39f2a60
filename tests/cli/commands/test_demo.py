"""`demo`: a page over the recorded host, with a link that works, on a machine that is not looked at."""

from __future__ import annotations

import http.cookiejar
import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.process


def test_the_link_it_prints_opens_the_page(tmp_path: Path) -> None:
    where = ("--state-dir", str(tmp_path / "state"), "--runtime-dir", str(tmp_path / "run"))
    command = [sys.executable, "-m", "stillwatch", "demo", *where]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        assert browser.open(url, timeout=20).status == 200
        root = url.partition("/open/")[0]
        assert b"recorded host" in browser.open(f"{root}/", timeout=20).read()
        status = json.load(browser.open(f"{root}/api/status", timeout=20))
        assert (status["host"], status["recorded"], status["status"]) == ("shop", True, "critical")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert not list((tmp_path / "state").glob("*.db*"))


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "stillwatch", "demo", "--port", port, "--state-dir", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (5, "") and "cannot listen" in done.stderr
