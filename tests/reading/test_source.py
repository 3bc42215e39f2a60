from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

from stillwatch.reading.source import Following
from stillwatch.records.line import Line
from stillwatch.watch.monitor import Watcher


async def test_two_sources_that_share_a_watcher_are_judged_one_after_the_other() -> None:
    """Watchers count, and threads that count together lose some."""
    inside, most, loop_thread = 0, 0, threading.get_ident()

    def lines() -> Iterator[Line]:
        nonlocal inside, most
        assert threading.get_ident() != loop_thread
        inside += 1
        most = max(most, inside)
        yield Line(at=1.0, raw=b"x", subject="web")
        inside -= 1

    shared = Watcher((), host="h"), asyncio.Lock()
    both = [Following(watcher=shared[0], hear=print, place=str, turn=shared[1]) for _ in range(2)]
    seen = await asyncio.gather(*(one.see(lines()) for one in both for _ in range(20)))
    assert sum(one.lines for one in seen) == 40 and most == 1
