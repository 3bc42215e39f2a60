"""What the backend adds to a call and to a stream, against raw aiohttp on the same scripted server in the same run.

usage: python bench/llm_backend.py [CALLS] [PIECES]
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from stillwatch.llm.backend import OpenAIBackend
from stillwatch.llm.wire import request
from stillwatch.records.chat import Answer, Message
from tests.scripted_llm import ScriptedLLM

ASK = [Message(role="system", content="You name causes."), Message(role="user", content="why is nginx down? " * 50)]
SCHEMA = {
    "type": "object",
    "properties": {"cause": {"enum": ["oom", "disk-full"]}},
    "required": ["cause"],
    "additionalProperties": False,
}
ROUNDS = 5


class Clock:
    def now(self) -> float:
        return time.time()

    def boot(self) -> float:
        return time.monotonic()


async def raw_call(session: aiohttp.ClientSession, url: str) -> None:
    body = request("", ASK, schema=SCHEMA, max_tokens=64, temperature=0)
    async with session.post(f"{url}/chat/completions", json=body) as answer:
        assert json.loads((await answer.json())["choices"][0]["message"]["content"])["cause"]


async def backend_call(model: OpenAIBackend) -> None:
    outcome = await model.chat(ASK, schema=SCHEMA, max_tokens=64)
    assert isinstance(outcome, Answer), outcome


async def raw_stream(session: aiohttp.ClientSession, url: str) -> int:
    body = request("", ASK, schema=None, max_tokens=100_000, temperature=0) | {"stream": True}
    pieces = 0
    async with session.post(f"{url}/chat/completions", json=body) as answer:
        async for line in answer.content:
            if line.startswith(b"data: {"):
                choices = json.loads(line[6:])["choices"]
                pieces += bool(choices and choices[0]["delta"].get("content"))
    return pieces


async def backend_stream(model: OpenAIBackend) -> int:
    return len([piece async for piece in model.stream(ASK, max_tokens=100_000)]) - 1


async def seconds(work: Callable[[], Awaitable[object]], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        await work()
    return time.perf_counter() - began


async def main(calls: int, pieces: int) -> None:
    def script(asked: object) -> object:
        return {"cause": "oom"} if getattr(asked, "schema", None) else "word " * pieces

    with ScriptedLLM(script) as server:
        async with aiohttp.ClientSession() as session, OpenAIBackend(server.url, clock=Clock()) as model:
            await backend_call(model)
            await raw_call(session, server.url)
            per_call: dict[str, list[float]] = {"raw": [], "backend": []}
            rate: dict[str, list[float]] = {"raw": [], "backend": []}
            for _ in range(ROUNDS):
                per_call["raw"].append(await seconds(lambda: raw_call(session, server.url), calls) / calls)
                per_call["backend"].append(await seconds(lambda: backend_call(model), calls) / calls)
                rate["raw"].append(pieces / await seconds(lambda: raw_stream(session, server.url), 1))
                rate["backend"].append(pieces / await seconds(lambda: backend_stream(model), 1))
    raw, ours = statistics.median(per_call["raw"]) * 1000, statistics.median(per_call["backend"]) * 1000
    print(f"call    raw {raw:.2f} ms   backend {ours:.2f} ms   added {ours - raw:.2f} ms   ratio {ours / raw:.2f}")
    fast, slow = statistics.median(rate["raw"]), statistics.median(rate["backend"])
    print(f"stream  raw {fast:.0f} pieces/s   backend {slow:.0f} pieces/s   ratio {slow / fast:.2f}")


if __name__ == "__main__":
    asyncio.run(main(*(int(argument) for argument in sys.argv[1:3] or ("100", "3000"))))
