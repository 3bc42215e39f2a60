"""One llama-server as a child: its command line, its start, its end, and why it ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stillwatch.errors import NotReachable
from stillwatch.llm import probe
from stillwatch.llm.binary import NEXT_STEP

LEASH = Path(__file__).with_name("leash.py")
START_SECONDS = 180.0
STOP_SECONDS = 5.0
CACHE_MIB = 256
"""Host memory for prompts of other conversations; llama-server's own default is 8 GiB."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Launch:
    """What one server is started with. context: tokens; threads: 0 for all processors; gpu_layers: -1 for all."""

    binary: Path
    model: Path
    port: int
    key_file: Path
    context: int
    threads: int = 0
    gpu_layers: int = 0

    def argv(self) -> list[str]:
        """Flags of llama.cpp, tools/server/README.md."""
        flags: dict[str, str] = {
            "--model": str(self.model),
            "--host": "127.0.0.1",
            "--port": str(self.port),
            "--api-key-file": str(self.key_file),
            "--ctx-size": str(self.context),
            "--parallel": "1",
            "--cache-reuse": "64",
            "--cache-ram": str(CACHE_MIB),
            "--threads": str(self.threads or os.cpu_count() or 1),
            "--gpu-layers": "all" if self.gpu_layers < 0 else str(self.gpu_layers),
            # one origin that no browser page can have: ours
            "--cors-origins": f"http://127.0.0.1:{self.port}",
            "--reasoning": "off",
            "--poll": "0",
        }
        switches = ["--no-ui", "--no-slots", "--offline", "--cache-prompt", "--no-cors-credentials"]
        return [str(self.binary), *(part for pair in flags.items() for part in pair), *switches]


class Child:
    """A running llama-server in a process group of its own that dies with this process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._said: deque[str] = deque(maxlen=40)
        self._reader = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, launch: Launch) -> Child:
        """Raises NotReachable where the program cannot be started at all."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("LLAMA_", "GGML_"))}
        # Threads that spin while they wait for one another slow a busy host down several times over (decision 0002).
        environment = {"OMP_WAIT_POLICY": "passive"} | ours
        try:
            process = await asyncio.create_subprocess_exec(
                *[sys.executable, "-I", str(LEASH), str(os.getpid()), *launch.argv()],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
                env=environment,
            )
        except OSError as error:
            raise NotReachable(f"cannot start {launch.binary}: {error.strerror}") from error
        return cls(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    async def wait_ready(self, launch: Launch, key: str, *, patience: float, tell: Callable[[float], None]) -> None:
        """Returns once it serves the right model; `tell` hears the seconds waited. Raises NotReachable."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while self.running:
            status, properties = await probe.get(launch.port, "/props", key)
            if status == 200 and properties.get("model_path") == str(launch.model):
                return
            if loop.time() - began > patience:
                raise NotReachable(f"not ready within {patience:g} s")
            tell(loop.time() - began)
            await self._ended_within(0.1)
        raise NotReachable(await self.why_ended())

    async def ended(self) -> None:
        await self._process.wait()

    async def why_ended(self) -> str:
        """One sentence, from how it ended and the last it said."""
        code = await self._process.wait()
        await self._reader
        if code == -signal.SIGILL:
            return f"llama-server was built for another processor (illegal instruction) – {NEXT_STEP}"
        if code == -signal.SIGKILL:
            return "llama-server was killed; the host may be short of memory"
        last = self.last_words()
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        return f"llama-server ended {how}: {last}" if last else f"llama-server ended {how}"

    def last_words(self) -> str:
        """The last line that names an error, else the last line."""
        lines = [line for line in self._said if line]
        errors = [line for line in lines if "error" in line.lower() or "failed" in line.lower()]
        return (errors or lines or [""])[-1][:300]

    async def stop(self) -> None:
        """End its whole group: politely, then not."""
        for number, patience in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, STOP_SECONDS)):
            if not self.running:
                break
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            await self._ended_within(patience)
        await self._reader

    async def _ended_within(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), seconds)

    async def _listen(self) -> None:
        """Keep its last lines, whatever it writes: bounded, one line, printable."""
        assert self._process.stderr is not None
        rest = b""
        while block := await self._process.stderr.read(65536):
            *lines, rest = (rest[-4096:] + block).split(b"\n")
            self._said.extend(_plain(line) for line in lines)
        self._said.append(_plain(rest))


def _plain(line: bytes) -> str:
    text = line[-1000:].decode(errors="replace")
    return "".join(character for character in text if character.isprintable()).strip()
