"""`open`: the link comes from the daemon that serves the page; without one, it says what to do."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.cli.commands.test_up import free_port

pytestmark = pytest.mark.process


def stillwatch(folder: Path, *words: str) -> list[str]:
    where = ["--config", folder / "c.toml", "--state-dir", folder / "state", "--runtime-dir", folder / "run"]
    return [sys.executable, "-m", "stillwatch", *map(str, where), *words]


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    tiers = "".join(f"[llm.{tier}]\nenabled = false\n" for tier in ("trigger", "review", "meta"))
    (tmp_path / "c.toml").write_text(f"{tiers}[watch]\njournal = false\n[api]\nport = {free_port()}\n")
    return tmp_path


def test_the_daemon_gives_a_link_that_works_once(trial: Path) -> None:
    with subprocess.Popen(stillwatch(trial, "up"), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while "Ctrl-C" not in (said := process.stdout.readline()):
            assert said, "it ended"
        told = subprocess.run(stillwatch(trial, "open"), capture_output=True, text=True, timeout=60)
        url = told.stdout.splitlines()[0]
        assert told.returncode == 0 and "SameSite=Strict" in urllib.request.urlopen(url).headers["set-cookie"]
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(url)
        process.terminate()
        assert process.wait(timeout=30) == 0


def test_without_a_daemon_it_says_what_to_do(trial: Path) -> None:
    done = subprocess.run(stillwatch(trial, "open"), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (5, "") and "stillwatch up" in done.stderr
