"""Port 8083 beside LiteLLM's proxy, over the same scripted upstream: first byte of an answer, and chunks a second.

Both check a key, rebuild the body, parse each chunk and write it anew. Ours is measured on the path of a chat whose
answer is carried on: the one that asks the model exactly once, as a plain proxy does. `--no-litellm` leaves it out.
Run: python bench/serve_proxy.py
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from tests.serve.client_programs import venv_program  # noqa: E402
from tests.serve.scene import free_port  # noqa: E402

CHUNKS = 9_000
FIRST_BYTES = 200
ROUNDS = 3
MASTER = "sk-bench"


async def upstream(port: int) -> None:
    """Answers every chat with MANY pieces for a long answer, one for a short one, as fast as it is read."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
                )
                body = await reader.readexactly(length)
                await _reply(writer, head, body)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    await server.serve_forever()


async def _reply(writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
    if not head.startswith(b"POST /v1/chat/completions"):
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}")
        return
    many = CHUNKS if b"many" in body else 1
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    pieces = [
        _event({"choices": [{"index": 0, "delta": {"content": f"word{n} "}, "finish_reason": None}]}) for n in range(9)
    ]
    for at in range(0, many, 90):
        writer.write(b"".join(pieces[n % 9] for n in range(at, min(at + 90, many))))
        await writer.drain()
    end = _event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    usage = {"prompt_tokens": 1, "completion_tokens": many, "total_tokens": many + 1}
    writer.write(end + _event({"choices": [], "usage": usage}) + _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")
    await writer.drain()


def _event(value: dict[str, object]) -> bytes:
    whole = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", **value}
    return _chunk(b"data: " + json.dumps(whole).encode() + b"\n\n")


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


async def ours(port: int, upstream_port: int, folder: Path) -> None:
    """The real server over a desk without incidents."""
    from stillwatch.config import Api
    from stillwatch.conversation import Conversation, Desk
    from stillwatch.llm.backend import OpenAIBackend
    from stillwatch.serve.http import build_http, serve_http
    from stillwatch.serve.keys import KeyRing
    from stillwatch.serve.limits import Bounds
    from tests.serve.scene import Now, known, remember

    clock, service = Now(), remember(folder)
    model = OpenAIBackend(f"http://127.0.0.1:{upstream_port}/v1", clock=clock)
    desk = Desk(service=service, clock=clock, known=known, looks=None, writer=lambda: model, small=lambda: None)
    keys, api = KeyRing(folder), Api(port=port)
    app = build_http(service, Conversation(desk), keys, api, clock, Bounds(rate=1e6, burst=10**6))
    await serve_http(app, api, keys)


def _body(words: str, model: str) -> bytes:
    messages = [{"role": "user", "content": words}, {"role": "assistant", "content": "It is"}]
    return json.dumps({"model": model, "messages": messages, "stream": True, "max_tokens": 100_000}).encode()


def _request(port: int, key: str, body: bytes) -> bytes:
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:{port}\r\nAuthorization: Bearer {key}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def measure(port: int, key: str, model: str) -> tuple[float, float]:
    """Median seconds to the first content, and the best rate of content chunks of a long answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    firsts = []
    for _ in range(FIRST_BYTES):
        began = time.perf_counter()
        writer.write(_request(port, key, _body("short", model)))
        await reader.readuntil(b'"word')
        firsts.append(time.perf_counter() - began)
        await reader.readuntil(b"0\r\n\r\n")
    rates = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        writer.write(_request(port, key, _body("many", model)))
        seen = 0
        rest = b""
        while b"[DONE]" not in rest:
            block = await reader.read(1 << 16)
            assert block, "the connection ended"
            seen += (rest[-5:] + block).count(b'"word')
            rest = (rest + block)[-5:] if b"[DONE]" not in rest + block else rest + block
        assert seen >= CHUNKS * 0.99, f"{seen} of {CHUNKS} chunks"
        rates.append(seen / (time.perf_counter() - began))
        if not rest.endswith(b"0\r\n\r\n"):
            await reader.readuntil(b"0\r\n\r\n")
    writer.close()
    return statistics.median(firsts), max(rates)


@contextlib.contextmanager
def process(*command: str, log: Path, **environment: str) -> Iterator[None]:
    with log.open("wb") as file:
        started = subprocess.Popen(command, cwd=REPOSITORY, env={**os.environ, **environment}, stdout=file, stderr=file)
        try:
            yield
        finally:
            started.terminate()
            started.wait(20)


def wait_for(url: str, seconds: float = 120.0) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"nothing answers at {url}")


def litellm_config(folder: Path, upstream_port: int) -> Path:
    settings = {"model": "openai/m", "api_base": f"http://127.0.0.1:{upstream_port}/v1", "api_key": "x"}
    file = folder / "litellm.yaml"
    file.write_text(
        json.dumps(
            {
                "model_list": [{"model_name": "m", "litellm_params": settings}],
                "general_settings": {"master_key": MASTER},
            }
        )
    )
    return file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("upstream", "ours"))
    parser.add_argument("ports", nargs="*", type=int)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--no-litellm", action="store_true")
    chosen = parser.parse_args()
    if chosen.part == "upstream":
        asyncio.run(upstream(*chosen.ports))
    elif chosen.part == "ours":
        asyncio.run(ours(*chosen.ports, chosen.folder))
    else:
        compare(with_litellm=not chosen.no_litellm)


def compare(*, with_litellm: bool) -> None:
    from stillwatch.serve.keys import KeyRing

    up, own, other = free_port(), free_port(), free_port()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder, program = Path(name), [sys.executable, __file__]
        _, key = KeyRing(folder).create("chat", time.time())
        stack.enter_context(process(*program, "--part", "upstream", str(up), log=folder / "upstream.log"))
        stack.enter_context(
            process(*program, "--part", "ours", str(own), str(up), "--folder", name, log=folder / "ours.log")
        )
        wait_for(f"http://127.0.0.1:{own}/health")
        first, rate = asyncio.run(measure(own, key, "stillwatch"))
        print(f"stillwatch: first byte {first * 1000:.2f} ms, {rate:,.0f} chunks/s")
        if with_litellm:
            proxy = venv_program("litellm", "litellm[proxy]")
            config = str(litellm_config(folder, up))
            command = (str(proxy), "--config", config, "--port", str(other), "--host", "127.0.0.1")
            stack.enter_context(process(*command, log=folder / "litellm.log"))
            wait_for(f"http://127.0.0.1:{other}/health/liveliness")
            their_first, their_rate = asyncio.run(measure(other, MASTER, "m"))
            print(f"litellm:    first byte {their_first * 1000:.2f} ms, {their_rate:,.0f} chunks/s")
            print(f"ratio:      first byte {their_first / first:.1f} x sooner, {rate / their_rate:.1f} x the chunks")
    print("goal:       <= 3 ms, >= 5,000 chunks/s, >= 3 x better on both")


if __name__ == "__main__":
    main()
