"""Port 8083 beside LiteLLM's proxy and the model server itself, in turns in one run.

    python bench/serve_proxy.py [--rounds 3] [--no-litellm] [--json]

Ours is the daemon as shipped, limits and all; the model server is scripted and writes as fast as it is read. Both
proxies check a key, rebuild the body, parse each chunk and write it anew. Ours is a conversation: before it answers it
asks the model whether a look is needed, so it makes two calls where a proxy makes one. What each adds to the first byte
is counted against the model server alone: median against median, best round against best round, since whatever else
the machine does only adds. A word of an answer that is lost or out of order ends the bench.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from bench._upstream import ENDLESS, MANY, SHORT, WORDS  # noqa: E402
from stillwatch.serve.http.keys import KeyRing  # noqa: E402
from tests.serve.client_programs import venv_program  # noqa: E402
from tests.serve.scene import free_port  # noqa: E402

FIRST_BYTES = 100
AT_ONCE = 16
EACH = 10
LEAVERS = 100
KEYS = 20
"""As shipped, one key may ask 200 times at once and 20 times a second after that: the bench asks with several."""
MASTER = "sk-bench"
WORD = re.compile(rb"word(\d+) ")
Figures = dict[str, float | None]


@dataclass(kw_only=True)
class Round:
    """first: seconds to the first word, median; quickest: of them; cpu: seconds of processor time a short answer; the
    rest: per second."""

    first: float
    quickest: float
    cpu: float
    chunks: float
    requests: float


@dataclass(kw_only=True)
class Server:
    """What is measured. keys: used in turn; pid: the process whose processor time counts."""

    name: str
    port: int
    pid: int
    keys: Iterator[str] = field(default_factory=lambda: itertools.repeat("none"))
    model: str = "m"

    async def round(self) -> Round:
        """All figures once."""
        before = self._cpu()
        firsts = await self._short(FIRST_BYTES)
        cpu = (self._cpu() - before) / FIRST_BYTES
        began = time.perf_counter()
        chunks = await self._long() / (time.perf_counter() - began)
        began = time.perf_counter()
        await asyncio.gather(*(self._short(EACH) for _ in range(AT_ONCE)))
        requests = AT_ONCE * EACH / (time.perf_counter() - began)
        first, quickest = statistics.median(firsts), min(firsts)
        return Round(first=first, quickest=quickest, cpu=cpu, chunks=chunks, requests=requests)

    async def long_at_once(self) -> None:
        """AT_ONCE long answers at a time: no word may be lost."""
        await asyncio.gather(*(self._long() for _ in range(AT_ONCE)))

    async def leave(self, upstream: Server) -> float:
        """Seconds from a client's leaving in the middle of an answer until the model server is at rest."""
        async with self._asked(ENDLESS) as (reader, _):
            await reader.readuntil(b'"word')
        began = time.perf_counter()
        while await upstream.streams():
            if time.perf_counter() - began > 10:
                raise SystemExit(f"{self.name}: a client has left, and the model still writes 10 s later")
        return time.perf_counter() - began

    async def streams(self) -> int:
        """Endless answers that the scripted server is writing now."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"GET /streams HTTP/1.1\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        found = int(await reader.readexactly(4))
        writer.close()
        return found

    def answers(self) -> bool:
        """Whether the model's own words come through already."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/v1/chat/completions", self._body(SHORT))
        request.add_header("Authorization", f"Bearer {next(self.keys)}")
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return b"word" in answer.read()
        except OSError:
            return False

    async def _short(self, times: int) -> list[float]:
        took = []
        async with self._asked() as (reader, writer):
            for _ in range(times):
                began = time.perf_counter()
                writer.write(self._request(SHORT))
                await reader.readuntil(b'"word')
                took.append(time.perf_counter() - began)
                await reader.readuntil(b"0\r\n\r\n")
        return took

    async def _long(self) -> int:
        """The chunks of one long answer."""
        said = bytearray()
        async with self._asked(MANY) as (reader, _):
            while b"[DONE]" not in said[-100:] and (block := await reader.read(1 << 18)):
                said += block
        words = [int(number) for number in WORD.findall(said)]
        if words != list(range(WORDS)):
            raise SystemExit(f"{self.name}: {len(words)} of {WORDS} words came, or in another order: {said[-300:]!r}")
        return said.count(b'"word')

    @contextlib.asynccontextmanager
    async def _asked(self, words: str = "") -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A connection, on which `words` were asked for."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 24)
        try:
            if words:
                writer.write(self._request(words))
            yield reader, writer
        finally:
            writer.close()

    def _request(self, words: str) -> bytes:
        body = self._body(words)
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:{self.port}\r\n"
            f"Authorization: Bearer {next(self.keys)}\r\nContent-Type: application/json\r\n"
        )
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    def _body(self, words: str) -> bytes:
        messages = [{"role": "user", "content": words}, {"role": "assistant", "content": "It is"}]
        return json.dumps({"model": self.model, "messages": messages, "stream": True, "max_tokens": 99_999}).encode()

    def _cpu(self) -> float:
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)


class Bench:
    """Starts the three, each in a process of its own, below a folder of its own."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self._folder, self._stack = folder, stack

    def upstream(self) -> Server:
        port = free_port()
        pid = self._start("upstream", sys.executable, str(REPOSITORY / "bench/_upstream.py"), str(port))
        return self._ready(Server(name="upstream", port=port, pid=pid))

    def daemon(self, upstream: Server) -> Server:
        """`stillwatch run`, with the scripted server for each tier."""
        port, state, config = free_port(), self._folder / "state", self._folder / "stillwatch.toml"
        state.mkdir()
        keys = [KeyRing(state).create("chat", time.time())[1] for _ in range(KEYS)]
        url = f"http://127.0.0.1:{upstream.port}/v1"
        tiers = "".join(f'[llm.{name}]\nurl = "{url}"\n' for name in ("trigger", "review", "meta"))
        config.write_text(f"[api]\nport = {port}\n[watch]\njournal = false\n{tiers}")
        places = ("--config", str(config), "--state-dir", str(state), "--runtime-dir", str(self._folder / "run"))
        pid = self._start("stillwatch", sys.executable, "-m", "stillwatch", "run", *places)
        return self._ready(
            Server(name="stillwatch", port=port, pid=pid, keys=itertools.cycle(keys), model="stillwatch")
        )

    def litellm(self, upstream: Server) -> Server:
        port, config = free_port(), self._folder / "litellm.yaml"
        settings = {"model": "openai/m", "api_base": f"http://127.0.0.1:{upstream.port}/v1", "api_key": "x"}
        models = [{"model_name": "m", "litellm_params": settings}]
        config.write_text(json.dumps({"model_list": models, "general_settings": {"master_key": MASTER}}))
        program = str(venv_program("litellm", "litellm[proxy]"))
        pid = self._start("litellm", program, "--config", str(config), "--port", str(port), "--host", "127.0.0.1")
        return self._ready(Server(name="litellm", port=port, pid=pid, keys=itertools.repeat(MASTER)))

    def _start(self, name: str, *command: str) -> int:
        log = self._stack.enter_context((self._folder / f"{name}.log").open("wb"))
        started = subprocess.Popen(command, cwd=REPOSITORY, stdout=log, stderr=log)
        self._stack.callback(started.wait, 20)
        self._stack.callback(started.terminate)
        return started.pid

    def _ready(self, server: Server, seconds: float = 120.0) -> Server:
        ends = time.monotonic() + seconds
        while not server.answers():
            if time.monotonic() > ends:
                log = (self._folder / f"{server.name}.log").read_text()
                raise SystemExit(f"{server.name} does not answer:\n{log[-2000:]}")
            time.sleep(0.2)
        return server


def pss_mib(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(rollup.partition("\nPss:")[2].split()[0]) / 1024


async def measure(rounds: int, servers: list[Server]) -> dict[str, Figures]:
    """Figures of each server by its name. The first is the model server, the second ours."""
    upstream, own, *_ = servers
    for server in servers:
        await server.round()  # the first round warms up
    taken = {server.name: [await server.round()] for server in servers}
    for _ in range(rounds - 1):
        for server in servers:
            taken[server.name].append(await server.round())
    found = {server.name: _figures(taken[server.name], taken[upstream.name]) for server in servers}
    await own.long_at_once()
    left = [await own.leave(upstream) for _ in range(LEAVERS)]
    found[own.name] |= {"left_within_1_s": sum(seconds <= 1 for seconds in left), "left_slowest_ms": max(left) * 1000}
    await asyncio.sleep(3)
    for server in servers[1:]:
        found[server.name]["idle_pss_mib"] = pss_mib(server.pid)
    return found


def _figures(rounds: list[Round], upstream: list[Round]) -> Figures:
    firsts, bare = [one.first * 1000 for one in rounds], [one.first * 1000 for one in upstream]
    return {
        "first_byte_ms": statistics.median(firsts),
        "added_ms": statistics.median(firsts) - statistics.median(bare),
        "added_least_ms": min(firsts) - min(bare),
        "quickest_ms": min(one.quickest for one in rounds) * 1000,
        "cpu_ms": statistics.median(one.cpu for one in rounds) * 1000,
        "cpu_least_ms": min(one.cpu for one in rounds) * 1000,
        "chunks_s": statistics.median(one.chunks for one in rounds),
        "chunks_most_s": max(one.chunks for one in rounds),
        "requests_s": statistics.median(one.requests for one in rounds),
        "requests_most_s": max(one.requests for one in rounds),
    }


def show(found: dict[str, Figures]) -> None:
    print(f"{'':18}" + "".join(f"{name:>14}" for name in found))
    for name in dict.fromkeys(itertools.chain.from_iterable(found.values())):
        values = (figures.get(name) for figures in found.values())
        print(f"{name:18}" + "".join(f"{'' if value is None else format(value, ',.2f'):>14}" for value in values))
    print(f"{AT_ONCE} answers of {WORDS:,} words at a time: none lost")


def reached(found: dict[str, Figures]) -> bool:
    """The goals, each on its own line; those beside LiteLLM where it was measured."""
    own = {name: value or 0.0 for name, value in found["stillwatch"].items()}
    goals = {
        "first byte: at most 3 ms added": own["added_least_ms"] <= 3,
        "one stream: at least 5,000 chunks/s": own["chunks_s"] >= 5000,
        f"left clients: {LEAVERS} of {LEAVERS} within 1 s": own["left_within_1_s"] == LEAVERS,
        "idle: at most 110 MiB": own["idle_pss_mib"] <= 110,
    }
    if "litellm" in found:
        their = {name: value or 0.0 for name, value in found["litellm"].items()}
        sooner = min(their[name] / own[name] for name in ("added_ms", "added_least_ms"))
        faster = min(own[name] / their[name] for name in ("chunks_s", "chunks_most_s"))
        goals[f"beside LiteLLM: first byte at least 3 x sooner ({sooner:.1f} x)"] = sooner >= 3
        goals[f"beside LiteLLM: at least 3 x the chunks ({faster:.1f} x)"] = faster >= 3
    for goal, met in goals.items():
        print(f"{'reached' if met else 'MISSED ':8} {goal}")
    return all(goals.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-litellm", action="store_true")
    parser.add_argument("--json", action="store_true", help="the figures as JSON, nothing else")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        bench = Bench(Path(name), stack)
        upstream = bench.upstream()
        servers = [upstream, bench.daemon(upstream), *([] if given.no_litellm else [bench.litellm(upstream)])]
        found = asyncio.run(measure(given.rounds, servers))
    if given.json:
        print(json.dumps(found))
        return 0
    show(found)
    return 0 if reached(found) else 1


if __name__ == "__main__":
    sys.exit(main())
