"""An OpenAI-compatible server that says what a script says: real HTTP on a loopback port, standard library only.

In a test: `with ScriptedLLM(lambda request: {"cause": "oom"}) as server: … server.url …`; as a program:
`python tests/support/scripted_llm.py --port 8080 --behaviour endless`, which prints its base URL once it listens.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ALLOW = "STILLWATCH_ALLOW_MODELS"
BEHAVIOURS = ("answer", "garbage", "endless", "silence", "slow", "drop", "http-400", "http-401", "http-500")
THOUGHTS = "reasoning_content"
GARBAGE = '{"cause": "oo\u0000m" <|im_end|> }}} certainly! Here is the'


@dataclass(frozen=True, kw_only=True)
class Request:
    """One chat request as it came. messages: (role, content) pairs; schema: the wanted JSON schema, if any."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def messages(self) -> list[tuple[str, str]]:
        return [(message["role"], message["content"]) for message in self.body.get("messages", [])]

    @property
    def text(self) -> str:
        return "\n".join(content for _, content in self.messages)

    @property
    def schema(self) -> Mapping[str, Any] | None:
        form = self.body.get("response_format") or {}
        schema: Mapping[str, Any] | None = (form.get("json_schema") or {}).get("schema")
        return schema


Script = Callable[[Request], object]


def fill(schema: Mapping[str, Any]) -> Any:
    """The first value that a schema allows."""
    if "anyOf" in schema:
        return fill(schema["anyOf"][0])
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object":
            return {name: fill(inner) for name, inner in schema.get("properties", {}).items()}
        case "array":
            return [fill(schema.get("items") or {}) for _ in range(schema.get("minItems", 0))]
        case "string":
            return "x" * schema.get("minLength", 1)
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return False
    return None


def first_allowed(request: Request) -> object:
    """The script of a server that was given none."""
    return fill(request.schema) if request.schema is not None else "scripted answer"


@dataclass
class ScriptedLLM:
    """A scripted model server in a thread.

    script: what it answers, text or a value that becomes JSON. behaviour: one of BEHAVIOURS, or several, one
    a chat request, the last for all that follow. key: refused with 401 without it. llama: offers what llama-server does
    beside chat. pause: seconds before each piece of a `slow` answer. thinks: what it says to itself first, in a field
    of its own. Entering allows its URL where others are not.
    """

    script: Script = first_allowed
    behaviour: str | Sequence[str] = "answer"
    key: str = ""
    context: int = 4096
    llama: bool = True
    pause: float = 0.2
    thinks: str = ""
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._left = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._problem: OSError | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> ScriptedLLM:
        self._thread.start()
        self._ready.wait(60)
        if self._problem:
            raise self._problem
        if ALLOW in os.environ:
            os.environ[ALLOW] = f"{os.environ[ALLOW]} {self.url}"
        return self

    def stop(self) -> None:
        if ALLOW in os.environ:
            os.environ[ALLOW] = " ".join(url for url in os.environ[ALLOW].split() if url != self.url)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def __enter__(self) -> ScriptedLLM:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def client_left(self, timeout: float = 5.0) -> bool:
        """Whether a client has gone in the middle of an answer, or does within `timeout` seconds."""
        return self._left.acquire(timeout=timeout)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        except OSError as error:
            self._problem = error
            self._ready.set()
            return
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode("latin-1").split("\r\n")
                method, path, _ = first.split(" ", 2)
                headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                await self._answer(method, path, headers, json.loads(body) if body else {}, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        if self.key and path != "/health" and headers.get("authorization") != f"Bearer {self.key}":
            return await _send(writer, {"error": {"message": "Invalid API Key", "code": 401}}, 401)
        if path == "/v1/chat/completions":
            request = Request(body=body, headers=headers)
            self.requests.append(request)
            return await self._chat(request, self._behaviour(), reader, writer)
        found = self._side(path, body)
        return await _send(writer, found or {"error": {"message": "not found", "code": 404}}, 200 if found else 404)

    def _behaviour(self) -> str:
        if isinstance(self.behaviour, str):
            return self.behaviour
        return self.behaviour[min(len(self.requests), len(self.behaviour)) - 1]

    def _side(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if path == "/v1/models":
            return {"object": "list", "data": [{"id": "scripted", "object": "model"}]}
        if path == "/health":
            return {"status": "ok"}
        if not self.llama:
            return None
        if path == "/props":
            return {"default_generation_settings": {"n_ctx": self.context}, "model_path": "scripted", "total_slots": 1}
        if path == "/tokenize":
            return {"tokens": list(range(count_tokens(body["content"])))}
        if path == "/apply-template":
            return {"prompt": "".join(f"<{m['role']}>{m['content']}</>" for m in body["messages"])}
        return None

    async def _chat(
        self, request: Request, behaviour: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if behaviour.startswith("http-"):
            status = int(behaviour.removeprefix("http-"))
            return await _send(writer, {"error": {"message": "scripted fault", "code": status}}, status)
        if behaviour == "drop":
            raise ConnectionError
        said = GARBAGE if behaviour == "garbage" else self.script(request)
        text = said if isinstance(said, str) else json.dumps(said)
        streamed = bool(request.body.get("stream"))
        work = self._stream if streamed else self._whole
        task = asyncio.ensure_future(work(request, behaviour, text, writer))
        gone = asyncio.ensure_future(_end_of(reader))
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        broken = task.done() and isinstance(task.exception(), ConnectionError)
        if broken or not task.done():
            task.cancel()
            self._left.release()
            raise ConnectionError
        gone.cancel()
        task.result()
        if request.headers.get("connection", "").lower() == "close":
            raise ConnectionError
        return None

    async def _whole(self, request: Request, behaviour: str, text: str, writer: asyncio.StreamWriter) -> None:
        if behaviour == "silence":
            await asyncio.sleep(3600)
        if behaviour == "slow":
            await asyncio.sleep(self.pause * max(1, len(pieces_of(text))))
        if behaviour == "endless":
            await _head(writer, "application/json")
            while True:
                await _chunk(writer, b'{"choices": [' + b" " * 65536)
        message = {"role": "assistant", "content": text, **({THOUGHTS: self.thinks} if self.thinks else {})}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        usage = _usage(request, self.thinks + text)
        await _send(writer, {"object": "chat.completion", "choices": [choice], "usage": usage})

    async def _stream(self, request: Request, behaviour: str, text: str, writer: asyncio.StreamWriter) -> None:
        if behaviour == "silence":
            await asyncio.sleep(3600)
        await _head(writer, "text/event-stream")
        while behaviour == "endless":
            await _event(writer, {"choices": [{"index": 0, "delta": {"content": "and then "}}]})
        said = [(name, piece) for name, of in ((THOUGHTS, self.thinks), ("content", text)) for piece in pieces_of(of)]
        for field_name, piece in said:
            if behaviour == "slow":
                await asyncio.sleep(self.pause)
            await _event(writer, {"choices": [{"index": 0, "delta": {field_name: piece}}]})
        await _event(writer, {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        await _event(writer, {"choices": [], "usage": _usage(request, self.thinks + text)})
        await _chunk(writer, b"data: [DONE]\n\n")
        writer.write(b"0\r\n\r\n")
        await writer.drain()


def pieces_of(text: str) -> list[str]:
    return re.findall(r"\s*\S+\s*", text)


def count_tokens(text: str) -> int:
    """The scripted tokenizer: words and single other characters."""
    return len(re.findall(r"\w+|[^\w\s]", text))


def _usage(request: Request, text: str) -> dict[str, Any]:
    prompt, said = count_tokens(request.text), count_tokens(text)
    details = {"cached_tokens": prompt // 2}
    return {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said} | {
        "prompt_tokens_details": details
    }


async def _end_of(reader: asyncio.StreamReader) -> None:
    """Returns when the client has gone; reads nothing, since the next request may already be on its way."""
    while not reader.at_eof() and reader.exception() is None:
        await asyncio.sleep(0.01)


async def _send(writer: asyncio.StreamWriter, value: object, status: int = 200) -> None:
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 {status} Scripted\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()


async def _head(writer: asyncio.StreamWriter, kind: str) -> None:
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    await writer.drain()


async def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(b"%x\r\n%s\r\n" % (len(data), data))
    await writer.drain()


async def _event(writer: asyncio.StreamWriter, value: object) -> None:
    await _chunk(writer, b"data: " + json.dumps(value).encode() + b"\n\n")


def script_from(path: Path) -> Script:
    """A script from a JSON file: `[{"contains": "text in the prompt", "answer": …}, …]`, the first match answers."""
    rules: list[dict[str, Any]] = json.loads(path.read_text())

    def script(request: Request) -> object:
        for rule in rules:
            if rule.get("contains", "") in request.text:
                return rule["answer"]
        return first_allowed(request)

    return script


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--behaviour", choices=BEHAVIOURS, default="answer")
    parser.add_argument("--key", default="")
    parser.add_argument("--script", type=Path, help="JSON file of answers")
    chosen = parser.parse_args()
    script = script_from(chosen.script) if chosen.script else first_allowed
    server = ScriptedLLM(script, behaviour=chosen.behaviour, key=chosen.key, port=chosen.port).start()
    print(server.url, flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
