"""A model server as a child of ours, which dies with us."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

from stillwatch.errors import NotReachable
from stillwatch.helpers.llama import ENVIRONMENT
from stillwatch.llm.running import STOP_SECONDS, Launch, RunningServer

LEASH = Path(__file__).with_name("die_with_parent.py")


class Child(RunningServer):
    """It runs in a process group of its own."""

    def __init__(self, process: asyncio.subprocess.Process, engine: str = "") -> None:
        super().__init__(engine)
        self._process = process
        self._reader = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, launch: Launch) -> Child:
        """Raises NotReachable where the program cannot be started at all."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("LLAMA_", "GGML_"))}
        try:
            process = await asyncio.create_subprocess_exec(
                *[sys.executable, "-I", str(LEASH), str(os.getpid()), *launch.argv()],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
                env=ENVIRONMENT | ours,
            )
        except OSError as error:
            raise NotReachable(f"cannot start {launch.engine}: {error.strerror}") from error
        return cls(process, launch.engine_words or Path(launch.engine).name)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    async def ended(self) -> int:
        code = await self._process.wait()
        await asyncio.shield(self._reader)
        return code

    async def stop(self) -> None:
        """End its whole group: politely, then not."""
        for number, patience in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, STOP_SECONDS)):
            if not self.running:
                break
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), patience)
        await self._reader

    async def _listen(self) -> None:
        assert self._process.stderr is not None
        rest = b""
        while block := await self._process.stderr.read(65536):
            *lines, rest = (rest[-4096:] + block).split(b"\n")
            for line in lines:
                self.hear(line)
        self.hear(rest)
