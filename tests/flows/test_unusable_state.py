"""A pass over the host goes on where its own store cannot be used, says so, and is never healthy for it (R42)."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.process


def mount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount(folder, "size=64k")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def said(state: Path, *words: str) -> subprocess.CompletedProcess[str]:
    where = ("--state-dir", str(state), "--runtime-dir", str(state.parent / "run"))
    return subprocess.run([sys.executable, "-m", "stillwatch", *words, *where], capture_output=True, text=True)


def state_of(report: dict[str, object]) -> list[dict[str, object]]:
    sources = report["sources"]
    assert isinstance(sources, list)
    return [one for one in sources if one["name"] == "state"]


def test_a_full_disk(small: Path) -> None:
    with contextlib.suppress(OSError), (small / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(b"x" * 4096)
    done = said(small / "state", "check", "--no-model", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["status"]) in ((5, "unknown"), (1, "attention"), (1, "critical"))
    assert [one["read"] for one in state_of(report)] == [False]
    assert "full" in str(state_of(report)[0]["problem"])
    assert "Traceback" not in done.stderr


def test_a_read_only_disk(small: Path) -> None:
    mount(small, "remount,ro")
    done = said(small / "state", "check", "--no-model", "--json")
    assert [one["read"] for one in state_of(json.loads(done.stdout))] == [False]
    refused = said(small / "state", "keys", "create", "--scope", "read")
    assert refused.returncode == 5 and refused.stderr.count("\n") == 1
    assert "read-only" in refused.stderr and "Errno" not in refused.stderr
