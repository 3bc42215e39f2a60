from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stillwatch.app import Options, build
from stillwatch.errors import NotReachable
from stillwatch.run import _alive, _port, only_one, until_told
from stillwatch.service.one_pass import OnePass
from stillwatch.service.through_daemon import ThroughDaemon
from tests.llm.test_servers import free_port
from tests.test_app import NO_MODELS, options

REPOSITORY = Path(__file__).resolve().parents[1]
POLL = 0.05


def words(given: Options) -> list[str]:
    assert given.config and given.state_dir and given.runtime_dir
    return ["--config", given.config, "--state-dir", given.state_dir, "--runtime-dir", given.runtime_dir]


# ── one daemon over one state ────────────────────────────────────────────────────────────────────────────────────────


def test_only_one_daemon_over_one_state(tmp_path: Path) -> None:
    with only_one(tmp_path / "state") as state:
        assert state.stat().st_mode & 0o777 == 0o700
        with pytest.raises(NotReachable, match="another daemon"), only_one(state):
            pass
        with only_one(tmp_path / "other"):
            pass
    with only_one(state):
        pass


@pytest.mark.process
def test_a_daemon_that_was_killed_leaves_the_state_free(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from stillwatch.run import _alive, only_one\n"
        "with only_one(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    argv = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        with pytest.raises(NotReachable), only_one(tmp_path):
            pass
        process.kill()
        process.wait(5)
    with only_one(tmp_path):
        pass


# ── until it is told ─────────────────────────────────────────────────────────────────────────────────────────────────

UNTIL_TOLD = """
import asyncio, sys
from stillwatch.run import until_told

async def work(name):
    try:
        print(name, flush=True)
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0.05)
        print("ended", name, flush=True)

async def done():
    return

asyncio.run(until_told(work("one"), work("two"), done()))
print("left", flush=True)
"""


@pytest.mark.process
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_work_in_order(number: signal.Signals) -> None:
    argv = [sys.executable, "-c", textwrap.dedent(UNTIL_TOLD)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(2)] == ["one\n", "two\n"]
        process.send_signal(number)
        rest = process.stdout.read().split("\n")
        assert process.wait(60) == 0
    assert sorted(rest[:2]) == ["ended one", "ended two"] and rest[2] == "left"


async def test_work_that_fails_ends_the_others_and_is_raised() -> None:
    ended = asyncio.Event()

    async def for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def fails() -> None:
        await asyncio.sleep(0)
        raise NotReachable("no socket")

    with pytest.raises(NotReachable, match="no socket"):
        await asyncio.wait_for(until_told(for_ever(), fails()), 60)
    assert ended.is_set()


# ── a running daemon ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[tuple[Options, subprocess.Popen[bytes]]]:
    """`stillwatch run` as a trial without a journal; it serves its socket when this returns."""
    given = options(tmp_path, f"[api]\nport = {free_port()}\n[watch]\njournal = false\n{NO_MODELS}")
    log = (tmp_path / "daemon.log").open("wb")
    argv = [sys.executable, "-m", "stillwatch", *words(given), "run"]
    process = subprocess.Popen(argv, stdout=log, stderr=log, cwd=REPOSITORY)
    app = build(given)
    ends = time.monotonic() + 30
    while not (app.socket.exists() and isinstance(app.service(), ThroughDaemon)):
        assert process.poll() is None and time.monotonic() < ends, (tmp_path / "daemon.log").read_text()
        time.sleep(POLL)
    yield given, process
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.wait(10)
    log.close()


def stillwatch(given: Options, *command: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "stillwatch", *words(given), *command]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, cwd=REPOSITORY)


@pytest.mark.process
def test_commands_speak_with_the_daemon_and_sigterm_ends_it(daemon: tuple[Options, subprocess.Popen[bytes]]) -> None:
    given, process = daemon
    service = build(given).service()
    assert isinstance(service, ThroughDaemon)
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        status = asyncio.run(service.status())
        if {source.name: source.read for source in status.sources}.get("metrics"):
            break
        time.sleep(POLL)
    named = {source.name for source in status.sources}  # and what else this machine may have
    assert {"units", "metrics", "processes"} <= named
    assert {tier.state for tier in status.tiers.values()} == {"off"}
    shown = stillwatch(given, "status", "--json")
    assert json.loads(shown.stdout)["host"] == os.uname().nodename, shown.stderr
    process.terminate()
    assert process.wait(60) == 0
    assert type(build(given).service()) is OnePass


@pytest.mark.process
def test_a_second_daemon_is_turned_away(daemon: tuple[Options, subprocess.Popen[bytes]]) -> None:
    given, process = daemon
    second = stillwatch(given, "run")
    assert second.returncode == 5 and len(second.stderr.splitlines()) == 1 and "Traceback" not in second.stderr
    assert process.poll() is None and isinstance(build(given).service(), ThroughDaemon), "the first goes on"


@pytest.mark.process
def test_a_daemon_that_was_killed_can_be_started_again(daemon: tuple[Options, subprocess.Popen[bytes]]) -> None:
    given, process = daemon
    process.kill()
    process.wait(10)
    assert build(given).socket.exists(), "it left its socket behind"
    assert type(build(given).service()) is OnePass


async def test_systemd_hears_that_it_is_ready_and_then_that_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    listener.bind(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    loop, listens = asyncio.get_running_loop(), asyncio.Event()
    alive = asyncio.create_task(_alive(listens))
    listens.set()
    heard = [await asyncio.wait_for(loop.sock_recv(listener, 100), 60) for _ in range(4)]
    alive.cancel()
    listener.close()
    assert heard == [b"READY=1", *[b"WATCHDOG=1"] * 3]


async def test_without_the_port_nothing_listens_and_the_daemon_is_ready(tmp_path: Path) -> None:
    given = options(tmp_path, f"{NO_MODELS}[api]\nenabled = false\nport = 1\n")
    ready = asyncio.Event()
    await _port(build(given), None, None, ready)  # type: ignore[arg-type]
    assert ready.is_set()
