"""A model server that was started for us, however it is run: its start, when it is ready, and why it ended."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stillwatch.errors import NotReachable
from stillwatch.helpers.engine import arguments
from stillwatch.llm import probe
from stillwatch.llm.engines import BUILD

START_SECONDS = 180.0
STOP_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Launch:
    """What one server is started with. engine: its name, helpers/engine.py; engine_words: what people call it; context:
    tokens; threads: 0 for all processors; gpu_layers: -1 for all."""

    engine: str
    model: Path
    port: int
    key_file: Path
    context: int
    threads: int = 0
    gpu_layers: int = 0
    engine_words: str = ""

    def argv(self) -> list[str]:
        return arguments(
            self.engine,
            model=str(self.model),
            port=self.port,
            key_file=str(self.key_file),
            context=self.context,
            threads=self.threads,
            gpu_layers=self.gpu_layers,
        )


class RunningServer(ABC):
    """What LlamaServers needs of one, a child of ours (child.py) or in a sandbox of its own (sandboxed.py)."""

    def __init__(self, engine: str = "") -> None:
        """engine: what runs it, for people; "" as long as that is not known."""
        self.engine = engine
        self._said: deque[str] = deque(maxlen=40)

    @property
    @abstractmethod
    def running(self) -> bool: ...

    @abstractmethod
    async def ended(self) -> int:
        """Its exit code, once it has ended and all that it said was heard; negative for a signal."""

    @abstractmethod
    async def stop(self) -> None:
        """End it, and all that it started."""

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
            await self.ended_within(0.1)
        raise NotReachable(await self.why_ended())

    async def ended_within(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.ended(), seconds)

    async def why_ended(self) -> str:
        """One sentence, from how it ended and the last it said."""
        code = await self.ended()
        who = self.engine or "its server"
        if code == -signal.SIGILL:
            return f"{who} was built for another processor (illegal instruction) – {BUILD}"
        if code == -signal.SIGKILL:
            return f"{who} was killed; the host may be short of memory"
        last = self.last_words()
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        return f"{who} ended {how}: {last}" if last else f"{who} ended {how}"

    def last_words(self) -> str:
        """The last line that names an error, else the last line."""
        lines = [line for line in self._said if line]
        errors = [line for line in lines if "error" in line.lower() or "failed" in line.lower()]
        return (errors or lines or [""])[-1][:300]

    def hear(self, line: bytes) -> None:
        """Keep one of its lines, whatever it writes: bounded and printable."""
        text = line[-1000:].decode(errors="replace")
        self._said.append("".join(character for character in text if character.isprintable()).strip())
