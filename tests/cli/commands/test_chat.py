"""`chat`: lines on a pipe are answered one after the other, and follow-ups know what was asked before."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Stillwatch


def test_lines_on_a_pipe(trial: Stillwatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("how many cores?\n\nund der arbeitsspeicher?\nquit\nnever asked\n"))
    said = trial("chat", "--read-only")
    assert said.code == 0 and "cores" in said.out and "Arbeitsspeicher" in said.out and "never" not in said.out


def until(leader: int, wanted: bytes, heard: bytes = b"") -> bytes:
    """What the terminal shows, until it shows what is wanted."""
    while wanted not in heard:
        heard += os.read(leader, 4096)
    return heard


@pytest.mark.process
def test_ctrl_c_at_the_prompt_warns_once_and_then_leaves(tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "stillwatch", "chat", "--state-dir", str(tmp_path), "--read-only"]
    environment = {**os.environ, "STILLWATCH_LLAMA_SERVER": "/nowhere"}
    with subprocess.Popen(
        command, stdin=follower, stdout=follower, stderr=follower, env=environment, process_group=None,
        preexec_fn=lambda: os.login_tty(follower),
    ) as child:  # fmt: skip
        os.close(follower)  # so that a child that is gone ends the reading
        until(leader, b"> ")
        os.write(leader, b"hello\n")
        until(leader, b"\r\n\r\n> ")  # the answer is whole
        os.write(leader, b"\x03")
        until(leader, b"\r\n> ", until(leader, b"Ctrl-D").partition(b"Ctrl-D")[2])
        os.write(leader, b"\x03")
        assert child.wait(60) == 0
    os.close(leader)
