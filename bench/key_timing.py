"""Whether the time of a refusal tells how much of a wrong key is right.

A wrong key that shares all but its last characters with a valid one against one that shares nothing, many times in
random order: by the ring of keys alone, and by a whole request. For each the medians, and by Mann–Whitney's test how
often the first kind took longer (50 % where time tells nothing) and how likely so much is by chance. Two kinds that
share nothing show what chance does; one three times as long, that a difference is seen where there is one.
Run: python bench/key_timing.py [--json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import random
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from stillwatch.serve.http.keys import PREFIX, KeyRing
from tests.serve.asgi import ask
from tests.serve.scene import script, serving
from tests.support.scripted_llm import ScriptedLLM

BY_THE_RING, BY_A_REQUEST = 20_000, 4_000
OTHER_KEYS = 20
TAIL = 4
Try = Callable[[str], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """medians in microseconds; longer: share of pairs in which the near key took longer; chance: two-sided p."""

    what: str
    tries: int
    near: float
    far: float
    longer: float
    chance: float


def mann_whitney(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """The share of pairs in which `one` is greater, ties by halves, and the two-sided p of it (normal)."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    ranks, ties, at = 0.0, 0.0, 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        middle = (at + end + 1) / 2
        ranks += middle * sum(1 for _, group in ranked[at:end] if group == 0)
        ties += (end - at) ** 3 - (end - at)
        at = end
    n, m, whole = len(one), len(other), len(ranked)
    greater = ranks - n * (n + 1) / 2
    spread = math.sqrt(n * m / 12 * (whole + 1 - ties / (whole * (whole - 1))))
    return greater / (n * m), math.erfc(abs(greater - n * m / 2) / spread / math.sqrt(2)) if spread else 1.0


async def compare(what: str, tries: int, attempt: Try, near: Callable[[], str], far: Callable[[], str]) -> Compared:
    taken: dict[bool, list[float]] = {True: [], False: []}
    order = [number % 2 == 0 for number in range(2 * tries)]
    random.shuffle(order)
    for is_near in order:
        key = near() if is_near else far()
        began = time.perf_counter_ns()
        await attempt(key)
        taken[is_near].append((time.perf_counter_ns() - began) / 1_000)
    longer, chance = mann_whitney(taken[True], taken[False])
    medians = {kind: statistics.median(found) for kind, found in taken.items()}
    return Compared(what=what, tries=tries, near=medians[True], far=medians[False], longer=longer, chance=chance)


async def measure(folder: Path) -> list[Compared]:
    with ScriptedLLM(script()) as upstream:
        async with serving(folder, upstream) as scene:
            ring: KeyRing = scene.keys
            for _ in range(OTHER_KEYS):
                ring.create("read", 0.0)
            kinds = {
                "near": scene.key[:-TAIL],
                "far": secrets.token_urlsafe(64)[: len(scene.key) - TAIL],
                "farther": secrets.token_urlsafe(64)[: len(scene.key) - TAIL],
                "long": PREFIX + "x" * 150,
            }

            def made(kind: str) -> Callable[[], str]:
                """Made in the same way, so that how it is made is not what is measured."""
                return lambda: kinds[kind] + secrets.token_urlsafe(TAIL)[:TAIL]

            async def by_ring(key: str) -> object:
                return ring.who(key)

            async def by_request(key: str) -> object:
                return await ask(scene.app, "GET", "/v1/models", [("Authorization", f"Bearer {key}")])

            pairs = [("near", "far"), ("farther", "far"), ("long", "far")]
            rounds = [("ring", BY_THE_RING, by_ring), ("request", BY_A_REQUEST, by_request)]
            return [
                await compare(f"{what}: {one}, {other}", tries, attempt, made(one), made(other))
                for what, tries, attempt in rounds
                for one, other in pairs
            ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder)))
    if as_json:
        print(json.dumps([asdict(one) for one in found]))
        return
    for one in found:
        print(
            f"{one.what:20} {one.tries:6,} of each   {one.near:8.2f} µs   {one.far:8.2f} µs   "
            f"longer in {one.longer:6.2%} of pairs (p {one.chance:.3f})"
        )


if __name__ == "__main__":
    main()
