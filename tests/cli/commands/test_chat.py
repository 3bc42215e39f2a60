"""`chat`: lines on a pipe are answered one after the other, and follow-ups know what was asked before."""

from __future__ import annotations

import io

import pytest

from tests.cli.conftest import Stillwatch


def test_lines_on_a_pipe(trial: Stillwatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("how many cores?\n\nund der arbeitsspeicher?\nquit\nnever asked\n"))
    said = trial("chat", "--read-only")
    assert said.code == 0 and "cores" in said.out and "Arbeitsspeicher" in said.out and "never" not in said.out
