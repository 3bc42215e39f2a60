"""Looks into the past, which cost a reading of the journal, are shared by the incidents of a few seconds.

In a flood hundreds of incidents ask who ran what, who logged in and which packages changed; the answer is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stillwatch.ports import Clock, LookTools
from stillwatch.records.look import Seen

PAST: Final = frozenset(("sudo_use", "logins", "package_changes", "recent_changes"))
FRESH: Final = 5.0
"""Seconds; what was done since is told with the next incident."""
MOST: Final = 64
"""Answers that are kept."""


class Recollected:
    """LookTools that ask `looks`, and for the past only once in FRESH seconds."""

    def __init__(self, looks: LookTools, clock: Clock) -> None:
        self._looks, self._clock = looks, clock
        self._kept: dict[str, tuple[float, Seen]] = {}

    def catalogue(self) -> Mapping[str, Mapping[str, Any]]:
        return self._looks.catalogue()

    async def look(self, tool: str, arguments: Mapping[str, object]) -> Seen:
        if tool not in PAST:
            return await self._looks.look(tool, arguments)
        key, now = f"{tool} {sorted(arguments.items())}", self._clock.boot()
        at, seen = self._kept.get(key, (float("-inf"), None))
        if seen is None or now - at > FRESH:
            if len(self._kept) >= MOST:
                self._kept.clear()
            seen = await self._looks.look(tool, arguments)
            self._kept[key] = self._clock.boot(), seen
        return seen
