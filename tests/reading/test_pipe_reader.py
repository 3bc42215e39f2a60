from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from stillwatch.errors import WrongUsage
from stillwatch.reading.pipe_reader import PAUSE, may_fall_silent
from stillwatch.reading.sources.logs import NOTHING_CAME, LogSource
from stillwatch.watch.family import load_rules
from stillwatch.watch.monitor import Watcher
from tests.support.facts import facts
from tests.support.prefilters import prefilter

REPOSITORY = Path(__file__).resolve().parents[2]
OOM = "Jan 01 00:00:01 web kernel: Out of memory: Killed process 4242 (mysqld) total-vm:1kB, anon-rss:1kB\n"
RULES = [rule for rule in load_rules() if rule.cause == "oom"]


class Ticking:
    """The machine's own clock: pipes and threads live by it."""

    def now(self) -> float:
        return 1_800_000_000.0

    def boot(self) -> float:
        return time.monotonic()


@pytest.fixture
def pipe(tmp_path: Path) -> str:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return str(path)


def write(pipe: str, text: str, *, stays: threading.Event | None = None) -> threading.Thread:
    """From another thread, as another program would; with `stays` the pipe is held open until it is set."""

    def run() -> None:
        with open(pipe, "w") as stream:  # noqa: PTH123
            stream.write(text)
            stream.flush()
            if stays:
                stays.wait()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


async def read(pipe: str, seconds: float) -> tuple[bool, int, list[str], str]:
    """Whether it was whole, lines, causes, problem."""
    clock = Ticking()
    got = await LogSource(pipe, clock).read(Watcher(RULES, host="h"), clock.boot() + seconds)
    lines = got.sightings.lines if got.sightings else 0
    causes = [one.cause for one in got.sightings.triggers] if got.sightings else []
    return got.whole, lines, causes, got.problem


async def test_a_pipe_that_ends_is_read_whole(pipe: str) -> None:
    write(pipe, "Jan 01 00:00:00 web app: a line\n" * 250_000 + OOM)
    whole, lines, causes, problem = await read(pipe, 60)
    assert (whole, lines, causes, problem) == (True, 250_001, ["oom"], "")


async def test_a_pipe_that_falls_silent_is_left_at_the_deadline_with_what_it_said(pipe: str) -> None:
    stays = threading.Event()
    writer = write(pipe, OOM + "half a li", stays=stays)
    whole, lines, causes, problem = await read(pipe, 0.3)
    assert writer.is_alive() and not whole
    stays.set()
    assert (lines, causes, facts(problem)[:1]) == (1, ["oom"], ["1"])


async def test_a_pipe_that_nobody_writes_to_is_left_at_the_deadline(pipe: str) -> None:
    whole, lines, _, problem = await read(pipe, 0.2)
    assert not whole and lines == 0 and problem == NOTHING_CAME


async def test_an_endless_pipe_is_left_at_the_deadline_and_memory_stays_bounded(pipe: str) -> None:
    with subprocess.Popen(["yes", "Jan 01 00:00:00 web app: a line"], stdout=os.open(pipe, os.O_RDWR)) as process:
        whole, lines, _, _ = await read(pipe, 0.3)
        process.kill()
    assert not whole and lines


async def test_a_binary_pipe_is_wrong_usage(pipe: str) -> None:
    write(pipe, "\x00\x01\x02" * 5000)
    with pytest.raises(WrongUsage, match="binary"):
        await read(pipe, 10)


def test_what_may_fall_silent(pipe: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    silent = {name: may_fall_silent(name) for name in (pipe, str(tmp_path / "file"), str(tmp_path), "/none")}
    assert list(silent.values()) == [True, False, False, False] and PAUSE < 0.1


@pytest.mark.process
def test_check_ends_in_time_though_its_input_never_does(tmp_path: Path) -> None:
    prefilter()  # compiled, as after the first check
    argv = [sys.executable, "-m", "stillwatch", "--state-dir", str(tmp_path), "check", "--json", "--no-model"]
    process = subprocess.Popen(
        [*argv, "--deadline=12", "--log=-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    assert process.stdin and process.stdout and process.stderr
    process.stdin.write(OOM)
    process.stdin.flush()
    code = process.wait(60)
    out, err = process.stdout.read(), process.stderr.read()
    process.stdin.close()
    assert (code, err) == (1, "")
    assert '"oom"' in out and '"read": false' in out
