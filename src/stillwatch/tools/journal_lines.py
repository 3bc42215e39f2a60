"""The newest lines of the journal that match, for the tools."""

from __future__ import annotations

from collections import deque
from itertools import islice

from stillwatch.tools.tool import World
from stillwatch.untrusted.redact import safe_text

READ = 100_000


def last_lines(world: World, unit: str, text: str, seconds: float, count: int) -> list[str]:
    """At most READ lines are looked at; none where there is no journal."""
    if world.journal is None:
        return []
    since = world.clock.now() - seconds
    lines = islice(world.journal(since=since, unit=unit or None), READ)
    found = (line for line in lines if text.casefold() in line.text.casefold())
    return [f"{line.subject}: {safe_text(line.text, 300)}" for line in deque(found, maxlen=count)]
