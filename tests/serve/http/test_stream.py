from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from stillwatch.serve.http.stream import PING, EventStream


async def stays() -> dict[str, Any]:
    await asyncio.Event().wait()
    return {}


async def run(stream: Any, receive: Any = stays) -> list[dict[str, Any]]:
    sent = list[dict[str, Any]]()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await stream({}, receive, send)
    return sent


def body(sent: list[dict[str, Any]]) -> bytes:
    return b"".join(message.get("body", b"") for message in sent)


async def test_the_first_byte_comes_before_the_work_and_the_rest_in_order() -> None:
    async def work(write: Callable[[bytes], None]) -> None:
        for number in range(1_000):
            write(b"%d," % number)

    sent = await run(EventStream(work, b"first:"))
    assert sent[1]["body"].startswith(b"first:") and sent[-1]["more_body"] is False
    assert body(sent) == b"first:" + b"".join(b"%d," % number for number in range(1_000))


async def test_a_comment_keeps_a_silent_stream_alive() -> None:
    sent, twice = list[dict[str, Any]](), asyncio.Event()

    async def work(write: Callable[[bytes], None]) -> None:
        await twice.wait()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        if body(sent).count(PING) == 2:
            twice.set()

    async with asyncio.timeout(60):
        await EventStream(work, b"", ping=0.01)({}, stays, send)
    assert sent[-1]["more_body"] is False


async def test_the_work_is_stopped_when_the_client_leaves() -> None:
    stopped = asyncio.Event()

    async def work(write: Callable[[bytes], None]) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async def leaves() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    await asyncio.wait_for(run(EventStream(work), leaves), 1)
    assert stopped.is_set()
