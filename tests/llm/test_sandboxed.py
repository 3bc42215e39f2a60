"""A llama-server behind the model program's socket, as the daemon meets it; the program is the real one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from stillwatch.errors import NotReachable
from stillwatch.llm.running import Launch
from stillwatch.llm.sandboxed import Sandboxed
from tests.helpers.test_llama import RUN
from tests.llm.test_servers import FAKE, eventually, free_port

KEY = "k" * 30


class Door:
    """What systemd does for the socket: one program for each connection."""

    def __init__(self, folder: Path, server: str) -> None:
        self.path, self.folder = folder / "llama.sock", folder
        program = folder / "server"
        program.write_text(server)
        program.chmod(0o755)
        self.programs: list[asyncio.subprocess.Process] = []

    async def serve(self) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.path))
            listener.listen()
            listener.setblocking(False)
            while True:
                link, _ = await loop.sock_accept(listener)
                link.setblocking(True)  # as systemd hands it on
                argv = [sys.executable, "-I", "-c", RUN, str(self.folder / "server"), str(self.folder)]
                self.programs.append(await asyncio.create_subprocess_exec(*argv, stdin=link, stdout=link))
                link.close()


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Callable[[str], Door]]:
    tasks = []

    def opened(server: str) -> Door:
        made = Door(tmp_path, server)
        tasks.append(asyncio.create_task(made.serve()))
        return made

    yield opened
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def launch(folder: Path) -> Launch:
    (folder / "m.gguf").write_bytes(b"GGUF")
    key = folder / "llama.key"
    key.write_text(KEY)
    key.chmod(0o600)
    return Launch(engine="", model=folder / "m.gguf", port=free_port(), key_file=key, context=2048)


async def opened(door: Door, wanted: Launch) -> Sandboxed:
    assert await eventually(door.path.exists)
    return await Sandboxed.start(wanted, door.path, owner=os.getuid())


async def test_it_serves_and_ends_when_told(tmp_path: Path, door: Callable[[str], Door]) -> None:
    there, wanted = door(FAKE.format(python=sys.executable)), launch(tmp_path)
    server = await opened(there, wanted)
    await server.wait_ready(wanted, KEY, patience=20, tell=lambda seconds: None)
    assert server.running
    await server.stop()
    assert not server.running and await there.programs[0].wait() == 0
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncio.open_connection("127.0.0.1", wanted.port)


async def test_how_it_ended_is_told(tmp_path: Path, door: Callable[[str], Door]) -> None:
    server = await opened(door("#!/bin/sh\necho error: bad model >&2\nexit 3\n"), wanted := launch(tmp_path))
    with pytest.raises(NotReachable, match="exit code 3: error: bad model"):
        await server.wait_ready(wanted, KEY, patience=20, tell=lambda seconds: None)


async def test_a_refusal_is_told_in_its_words(tmp_path: Path, door: Callable[[str], Door]) -> None:
    wanted = launch(tmp_path)
    wanted.model.unlink()
    server = await opened(door("#!/bin/sh\n"), wanted)
    assert str(wanted.model) in await server.why_ended()


async def test_a_program_that_is_killed_is_a_server_that_was(tmp_path: Path, door: Callable[[str], Door]) -> None:
    there = door("#!/bin/sh\necho up >&2\nexec sleep 500\n")
    server = await opened(there, launch(tmp_path))
    assert await eventually(server.last_words)
    there.programs[0].kill()
    assert "killed" in await server.why_ended()


async def test_endless_lines_are_bounded(tmp_path: Path, door: Callable[[str], Door]) -> None:
    server = await opened(door("#!/bin/sh\nhead -c 3000000 /dev/zero | tr '\\\\0' x >&2\nexit 5\n"), launch(tmp_path))
    assert await server.ended() == 5 and len(server.last_words()) <= 300


async def test_no_door_or_somebody_elses(tmp_path: Path, door: Callable[[str], Door]) -> None:
    wanted = launch(tmp_path)
    with pytest.raises(NotReachable, match=str(tmp_path / "none.sock")) as missing:
        await Sandboxed.start(wanted, tmp_path / "none.sock")
    assert missing.value.next_step == "stillwatch install"
    there = door("#!/bin/sh\n")
    assert await eventually(there.path.exists)
    with pytest.raises(NotReachable, match="not systemd's"):
        await Sandboxed.start(wanted, there.path, owner=os.getuid() + 1)
