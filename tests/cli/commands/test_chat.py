"""`chat`: lines on a pipe are answered one after the other, and follow-ups know what was asked before."""

from __future__ import annotations

import io
import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Stillwatch
from tests.support.scripted_llm import ScriptedLLM


def test_lines_on_a_pipe(trial: Stillwatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("how many cores?\n\nund der arbeitsspeicher?\nquit\nnever asked\n"))
    said = trial("chat", "--read-only")
    assert said.code == 0 and "cores" in said.out and "Arbeitsspeicher" in said.out and "never" not in said.out


def until(leader: int, wanted: bytes, heard: bytes = b"") -> bytes:
    """What the terminal shows, until it shows what is wanted."""
    while wanted not in heard:
        heard += os.read(leader, 4096)
    return heard


@contextmanager
def chat(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The program in a terminal of its own, and the other end of that terminal."""
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "stillwatch", "chat", "--state-dir", str(folder), "--read-only", *options]
    environment = {**os.environ, "STILLWATCH_LLAMA_SERVER": "/nowhere"}
    with subprocess.Popen(
        command, stdin=follower, stdout=follower, stderr=follower, env=environment, process_group=None,
        preexec_fn=lambda: os.login_tty(follower),
    ) as child:  # fmt: skip
        os.close(follower)  # so that a child that is gone ends the reading
        until(leader, b"> ")
        try:
            yield child, leader
        finally:
            child.kill()
    os.close(leader)


@pytest.mark.process
def test_ctrl_c_at_the_prompt_warns_once_and_then_leaves(tmp_path: Path) -> None:
    with chat(tmp_path) as (child, leader):
        os.write(leader, b"hello\n")
        until(leader, b"\r\n\r\n> ")  # the answer is whole
        os.write(leader, b"\x03")
        until(leader, b"\r\n> ", until(leader, b"Ctrl-D").partition(b"Ctrl-D")[2])
        os.write(leader, b"\x03")
        assert child.wait(60) == 0


@pytest.mark.process
def test_ctrl_c_in_an_answer_stops_the_model_and_gives_the_prompt_back(tmp_path: Path) -> None:
    with ScriptedLLM(lambda request: "word " * 5_000, behaviour="slow") as server:
        off = "".join(f"[llm.{tier}]\nenabled = false\n" for tier in ("trigger", "review"))
        (tmp_path / "config.toml").write_text(f'{off}[llm.meta]\nurl = "{server.url}"\n')
        with chat(tmp_path / "state", "--config", str(tmp_path / "config.toml")) as (child, leader):
            heard = _asked_until_it_writes(server, leader)
            assert b"[E1]" in heard, "the facts stand there before the model has begun"
            os.write(leader, b"\x03")
            until(leader, b"\r\n\r\n> ")
            assert server.client_left(60)
            os.write(leader, b"exit\n")
            assert child.wait(60) == 0


def _asked_until_it_writes(server: ScriptedLLM, leader: int) -> bytes:
    """What the terminal shows of the last answer. Before the model is known to be up, facts alone are the answer."""
    heard = b"> "
    while not any(request.body.get("stream") for request in server.requests):
        if heard.endswith(b"> "):
            os.write(leader, b"why is the cpu so busy?\n")
            heard = b""
        if select.select([leader], [], [], 0.05)[0]:
            heard += os.read(leader, 4096)
    return heard
