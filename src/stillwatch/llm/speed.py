"""How fast engines are on this host: the same prompts to each, in turn, in the same minutes.

The clock says what a person waits for; processor time says what an engine costs, and is what other programs on a busy
host cannot falsify. Both come from the same requests.
"""

from __future__ import annotations

import socket
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from stillwatch.llm.child import Child
from stillwatch.llm.key import own_key
from stillwatch.llm.running import START_SECONDS, Launch
from stillwatch.llm.transport import Transport

LINE = "web{number} nginx[{number}]: upstream timed out (110: Connection timed out) while reading response header\n"
TOKENS_A_LINE = 30
CONTEXT = 2048
MIB = 1 << 20


@dataclass(kw_only=True)
class Speed:
    """One engine, a value a round: tokens a second of the clock, and of processor time. memory: bytes, at the end."""

    prompt: list[float] = field(default_factory=list)
    output: list[float] = field(default_factory=list)
    prompt_cpu: list[float] = field(default_factory=list)
    output_cpu: list[float] = field(default_factory=list)
    memory: int = 0

    def medians(self) -> dict[str, float]:
        """Rounded, for people and for a file."""
        kinds = ("prompt", "output", "prompt_cpu", "output_cpu")
        return {kind: round(statistics.median(getattr(self, kind)), 2) for kind in kinds}


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """rounds: how often each engine is asked; prompt, output: tokens a request, about."""

    rounds: int = 3
    prompt: int = 400
    output: int = 48


async def measure(
    engines: Sequence[str],
    model: Path,
    runtime: Path,
    ports: Sequence[int],
    work: Work,
    tell: Callable[[int, int], None],
) -> dict[str, Speed]:
    """One server for each engine, on the port at its place, all asked in turn. runtime: where the key lies; tell: hears
    rounds done and wanted. Raises NotReachable where one does not come up."""
    async with AsyncExitStack() as stack:
        servers = {
            name: await _start(stack, name, model, runtime, port) for name, port in zip(engines, ports, strict=True)
        }
        speeds = {name: Speed() for name in engines}
        for done in range(-1, work.rounds):  # the first round warms up and does not count
            for name in engines if done % 2 else reversed(engines):  # what the host does meanwhile meets each alike
                await servers[name].ask(done, work, speeds[name])
            tell(done + 1, work.rounds)
        for name, server in servers.items():
            speeds[name].memory = server.process.memory_info().rss
    return speeds


def ratio(speeds: dict[str, dict[str, float]], better: str, other: str) -> dict[str, float]:
    """Kind → how many times as fast `better` is, from medians."""
    return {
        kind: round(value / speeds[other][kind], 2) for kind, value in speeds[better].items() if speeds[other][kind]
    }


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Server:
    def __init__(self, transport: Transport, url: str, process: psutil.Process) -> None:
        self._transport, self._url, self.process = transport, url, process

    async def ask(self, number: int, work: Work, into: Speed) -> None:
        """One prompt that it has never seen, and one answer of a set length."""
        lines = max(1, work.prompt // TOKENS_A_LINE)
        text = "".join(LINE.format(number=number * 1000 + each + 2000) for each in range(lines))
        prompt = await self._rates(text, 1)
        output = await self._rates("The host is", work.output)
        if number < 0:
            return
        into.prompt.append(prompt["prompt"])
        into.prompt_cpu.append(prompt["prompt_n"] / prompt["cpu"])
        into.output.append(output["output"])
        into.output_cpu.append(output["output_n"] / output["cpu"])

    async def _rates(self, text: str, tokens: int) -> dict[str, float]:
        """From the server's own timings (llama.cpp, tools/server/README.md) and its processor time meanwhile."""
        body = {"prompt": text, "n_predict": tokens, "cache_prompt": False, "ignore_eos": True, "temperature": 0}
        before, began = self._cpu(), time.monotonic()
        timings = (await self._transport.fetch(f"{self._url}/completion", body))["timings"]
        cpu = self._cpu() - before or time.monotonic() - began
        return {
            "prompt": timings["prompt_per_second"],
            "output": timings["predicted_per_second"],
            "prompt_n": timings["prompt_n"],
            "output_n": timings["predicted_n"],
            "cpu": cpu,
        }

    def _cpu(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)


async def _start(stack: AsyncExitStack, name: str, model: Path, runtime: Path, port: int) -> _Server:
    key_file, key = own_key(runtime)
    launch = Launch(engine=name, model=model, port=port, key_file=key_file, context=CONTEXT)
    child = await Child.start(launch)
    stack.push_async_callback(child.stop)
    await child.wait_ready(launch, key, patience=START_SECONDS, tell=lambda seconds: None)
    url = f"http://127.0.0.1:{port}"
    transport = Transport(f"{url}/v1", key)
    stack.push_async_callback(transport.aclose)
    return _Server(transport, url, psutil.Process(child.pid))
