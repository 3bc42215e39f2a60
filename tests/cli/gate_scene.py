"""A real gate behind its real sockets, over a host of units of its own, and the App of a trial beside it."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stillwatch.app import App
from stillwatch.config import Autonomy, Config, Paths
from stillwatch.gate.client import ask
from stillwatch.views.gate import PROPOSE
from tests.cli.scene import NOW
from tests.gate.stage import make_gate, places_in, served


class StillClock:
    def now(self) -> float:
        return NOW

    def boot(self) -> float:
        return 1000.0


def trial_app(folder: Path, autonomy: Autonomy = "suggest") -> App:
    return App(config=Config(autonomy=autonomy), paths=places_in(folder), clock=StillClock())


@contextmanager
def running_gate(folder: Path) -> Iterator[Paths]:
    """In a thread of its own, since commands block while they ask it; ends with the block."""
    began, failed = threading.Event(), []
    stop: list[Any] = []

    async def serve() -> None:
        ended = asyncio.Event()
        stop.append((asyncio.get_running_loop(), ended))
        async with served(make_gate(folder, trial_uid=os.getuid()), folder):
            began.set()
            await ended.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            failed.append(error)
            began.set()

    thread = threading.Thread(target=run)
    thread.start()
    assert began.wait(60)
    assert not failed, failed
    try:
        yield places_in(folder)
    finally:
        loop, ended = stop[0]
        loop.call_soon_threadsafe(ended.set)
        thread.join(60)


def propose(paths: Paths, because: str = "it failed", target: str = "web.service") -> str:
    """The id of a fresh proposal that waits."""
    fields = {"action": "restart_unit", "target": target, "because": because, "incident": "I-7"}
    return str(ask(paths, PROPOSE, door="propose", **fields).id)
