"""Clients that hold connections and do nothing with them, as a program: `python -m tests.serve.half_open PORT KEY N`.

Five kinds in equal parts, each kept up for ever: what the server drops comes again a moment later. Prints `up` once all
were connected, and at its end, when its standard input closes, how many connections it took.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import socket
import sys
from collections import Counter

AGAIN_SECONDS = 0.2
DRIP_SECONDS = 0.5
STUCK_SECONDS = 20.0
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
EVENTS = b"GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n"


class Clients:
    """opened: connections made, by kind; open: those there are."""

    def __init__(self, port: int, key: str) -> None:
        self.port, self.key = port, key.encode()
        self.opened: Counter[str] = Counter()
        self.open = 0

    async def hold(self, kind: str) -> None:
        """One client, which comes again for ever."""
        while True:
            link = socket.socket()
            link.setblocking(False)
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            with contextlib.suppress(OSError):
                await asyncio.get_running_loop().sock_connect(link, ("127.0.0.1", self.port))
                self.opened[kind] += 1
                self.open += 1
                try:
                    await getattr(self, kind)(link)
                finally:
                    self.open -= 1
            link.close()
            await asyncio.sleep(AGAIN_SECONDS)

    async def silent(self, link: socket.socket) -> None:
        await _gone(link)

    async def half_a_head(self, link: socket.socket) -> None:
        await _send(link, HEAD % self.key)
        await _gone(link)

    async def slow_head(self, link: socket.socket) -> None:
        await _drip(link, HEAD % b"x" + b"X: " + b"y" * 10_000)

    async def slow_body(self, link: socket.socket) -> None:
        await _send(link, HEAD % self.key + b"Content-Length: 100000\r\n\r\n{")
        await _drip(link, b" " * 100_000)

    async def slow_reader(self, link: socket.socket) -> None:
        """Asks for what has no end, and takes nothing of it."""
        await _send(link, EVENTS % self.key)
        await asyncio.sleep(STUCK_SECONDS)


async def _send(link: socket.socket, data: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(link, data)


async def _gone(link: socket.socket) -> None:
    while await asyncio.get_running_loop().sock_recv(link, 4_096):
        pass


async def _drip(link: socket.socket, data: bytes) -> None:
    gone = asyncio.ensure_future(_gone(link))
    try:
        for at in range(len(data)):
            await _send(link, data[at : at + 1])
            done, _ = await asyncio.wait({gone}, timeout=DRIP_SECONDS)
            if done:
                return
    finally:
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)


KINDS = ("silent", "half_a_head", "slow_head", "slow_body", "slow_reader")


async def main(port: int, key: str, count: int) -> None:
    clients = Clients(port, key)
    tasks = [asyncio.ensure_future(clients.hold(KINDS[number % len(KINDS)])) for number in range(count)]
    while sum(clients.opened.values()) < count:
        await asyncio.sleep(0.01)
    print("up", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print(json.dumps({"open": clients.open, "opened": clients.opened}), flush=True)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
