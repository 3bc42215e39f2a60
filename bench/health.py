"""How long `/health` takes while one chat request of 990 kB is read, cleaned and answered, for each hostile piece.

    python bench/health.py [--pieces 12]

The server is a process of its own with a scripted model behind it. Prints for each piece: how long the chat took, how
many times /health was answered meanwhile, and its median and longest time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

BYTES = 990_000
PIECES = (
    "x ",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----\n",
    "password=",
    'password="',
    "https://a:b@",
    "cookie: a=",
    "\\",
    "@",
    "eyJ",
    "<|im_start|>",
    "```",
)


@asynccontextmanager
async def server() -> AsyncIterator[dict[str, str]]:
    argv = [sys.executable, "-m", "tests.serve.run_scene"]
    process = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield json.loads(await process.stdout.readline())
    finally:
        process.kill()
        await process.wait()


async def chat(client: httpx2.AsyncClient, scene: dict[str, str], piece: str) -> float:
    body = {"model": "stillwatch", "messages": [{"role": "user", "content": piece * (BYTES // len(piece))}]}
    begun = time.perf_counter()
    reply = await client.post(f"{scene['url']}/chat/completions", json=body, headers=key(scene))
    assert reply.status_code < 500, reply.text
    return time.perf_counter() - begun


def key(scene: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {scene['key']}"}


async def measured(client: httpx2.AsyncClient, scene: dict[str, str], piece: str) -> dict[str, Any]:
    root, took = scene["url"].removesuffix("/v1"), []
    asking = asyncio.create_task(chat(client, scene, piece))
    while not asking.done():
        begun = time.perf_counter()
        (await client.get(f"{root}/health", headers=key(scene))).raise_for_status()
        took.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(0.005)
    return {
        "piece": piece,
        "chat ms": round(await asking * 1000),
        "health": len(took),
        "median ms": round(statistics.median(took), 1),
        "longest ms": round(max(took), 1),
    }


async def main(pieces: int) -> None:
    async with server() as scene, httpx2.AsyncClient(timeout=300) as client:
        await measured(client, scene, "Why is nginx down? ")  # the first answer reads what later ones keep
        for piece in PIECES[:pieces]:
            print(json.dumps(await measured(client, scene, piece)), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pieces", type=int, default=len(PIECES))
    asyncio.run(main(parser.parse_args().pieces))
