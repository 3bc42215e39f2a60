"""What the backend adds to a call and to a stream: raw aiohttp and the `openai` package beside it, on the same scripted
server in the same run.

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
from typing import Any

import aiohttp
import openai

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from stillwatch.llm.backend import OpenAIBackend
from stillwatch.llm.wire import request
from stillwatch.records.chat import Answer, Message
from tests.support.scripted_llm import ScriptedLLM

ASK = [Message(role="system", content="You name causes."), Message(role="user", content="why is nginx down? " * 50)]
SCHEMA = {
    "type": "object",
    "properties": {"cause": {"enum": ["oom", "disk-full"]}},
    "required": ["cause"],
    "additionalProperties": False,
}
ROUNDS = 5
Work = Callable[[], Awaitable[object]]


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


async def package_call(client: openai.AsyncOpenAI) -> None:
    body: Any = request("m", ASK, schema=SCHEMA, max_tokens=64, temperature=0)
    answer = await client.chat.completions.create(**body)
    assert json.loads(answer.choices[0].message.content or "")["cause"]


async def package_stream(client: openai.AsyncOpenAI) -> int:
    body: Any = request("m", ASK, schema=None, max_tokens=100_000, temperature=0)
    chunks = await client.chat.completions.create(**body, stream=True)
    return len([chunk async for chunk in chunks if chunk.choices and chunk.choices[0].delta.content])


async def seconds(work: Work, times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        await work()
    return time.perf_counter() - began


async def main(calls: int, pieces: int) -> None:
    def script(asked: object) -> object:
        return {"cause": "oom"} if getattr(asked, "schema", None) else "word " * pieces

    with ScriptedLLM(script) as server:
        async with (
            aiohttp.ClientSession() as session,
            openai.AsyncOpenAI(base_url=server.url, api_key="none") as package,
            OpenAIBackend(server.url, clock=Clock()) as model,
        ):
            ways: dict[str, tuple[Work, Work]] = {
                "raw aiohttp": (lambda: raw_call(session, server.url), lambda: raw_stream(session, server.url)),
                "openai": (lambda: package_call(package), lambda: package_stream(package)),
                "backend": (lambda: backend_call(model), lambda: backend_stream(model)),
            }
            per_call: dict[str, list[float]] = {way: [] for way in ways}
            rate: dict[str, list[float]] = {way: [] for way in ways}
            for call, _ in ways.values():
                await call()
            for _ in range(ROUNDS):
                for way, (call, stream) in ways.items():
                    per_call[way].append(await seconds(call, calls) / calls)
                    rate[way].append(pieces / await seconds(stream, 1))
    for way in ways:
        spent, fast = statistics.median(per_call[way]) * 1000, statistics.median(rate[way])
        print(f"{way:12} a call {spent:6.2f} ms   a stream {fast:7,.0f} pieces/s")


if __name__ == "__main__":
    asyncio.run(main(*(int(argument) for argument in sys.argv[1:3] or ("100", "3000"))))
