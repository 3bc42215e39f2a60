"""A model server that says what its prompt asks for: one word, many as fast as they are read, or words without end.

usage: python bench/_upstream.py PORT
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support.scripted_llm import fill

SHORT, MANY, ENDLESS = "say one word", "say many words", "say words without end"
WORDS = 6_000
BLOCK = 60
PAUSE = 0.02


class Upstream:
    """`GET /streams` tells how many endless answers are being written."""

    def __init__(self) -> None:
        self._streams = 0
        self._words = [_event({"content": f"word{number} "}) for number in range(WORDS)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.lower().split(b"\r\n")
                length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
                await self._answer(head, await reader.readexactly(length), writer)
        writer.close()

    async def _answer(self, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        if head.startswith(b"GET /streams"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n%4d" % self._streams)
        elif not head.startswith(b"POST /v1/chat/completions"):
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}")
        elif schema := _schema(json.loads(body)):
            said = json.dumps({"choices": [{"message": {"content": json.dumps(_last(schema))}}]}).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said))
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            if ENDLESS.encode() in body:
                await self._go_on(writer)
            await self._say(WORDS if MANY.encode() in body else 1, writer)

    async def _say(self, words: int, writer: asyncio.StreamWriter) -> None:
        for at in range(0, words, BLOCK):
            writer.write(b"".join(self._words[at : min(at + BLOCK, words)]))
            await writer.drain()
        usage = {"prompt_tokens": 1, "completion_tokens": words, "total_tokens": words + 1}
        writer.write(_event({}, finish="stop") + _chunk({"choices": [], "usage": usage}))
        writer.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
        await writer.drain()

    async def _go_on(self, writer: asyncio.StreamWriter) -> None:
        self._streams += 1
        try:
            while True:
                writer.write(self._words[0])
                await writer.drain()
                await asyncio.sleep(PAUSE)
        finally:
            self._streams -= 1


def _schema(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = asked.get("response_format", {}).get("json_schema", {}).get("schema", {})
    return found


def _last(schema: Mapping[str, Any]) -> Any:
    """The last alternative where there are some: to answer now, that is, and not to look before."""
    return fill(schema.get("anyOf", [schema])[-1])


def _event(delta: dict[str, str], finish: str | None = None) -> bytes:
    return _chunk({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _chunk(value: dict[str, object]) -> bytes:
    whole = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", **value}
    data = b"data: " + json.dumps(whole).encode() + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(data), data)


async def main(port: int) -> None:
    server = await asyncio.start_server(Upstream().serve, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
