"""Run the command line in this process, with a service that a test sets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from stillwatch.cli.global_options import door
from stillwatch.cli.main import run
from stillwatch.config import Paths
from tests.cli.gate_scene import running_gate, trial_app
from tests.cli.scene import FakeService, app_of


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


Stillwatch = Callable[..., Said]


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def stillwatch(service: FakeService, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Stillwatch:
    """Say a command line to the real `run`, with `service` behind it."""
    monkeypatch.setattr(door, "build", lambda _: app_of(service))

    def say(*words: str) -> Said:
        code = run(words)
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return say


@pytest.fixture
def trial(stillwatch: Stillwatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stillwatch:
    """The same, in a trial below tmp_path whose gate does not run."""
    monkeypatch.setattr(door, "build", lambda _: trial_app(tmp_path))
    return stillwatch


@pytest.fixture
def gate(trial: Stillwatch, tmp_path: Path) -> Iterator[Paths]:
    """A gate runs in that trial."""
    with running_gate(tmp_path) as paths:
        yield paths
