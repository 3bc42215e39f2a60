"""What changes in /etc: each minute the files that changed are compared with what stood in them before."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from stillwatch.host.settings import Settings, change_of, listed, read
from stillwatch.ports import Clock
from stillwatch.store.store import Store

EVERY_SECONDS: Final = 60.0
AT_ONCE: Final = 20
PAUSE: Final = 0.5
"""Seconds between so many files, when all are read for the first time: everything else goes first."""
_BEGUN: Final = "settings-known"


@dataclass(frozen=True, kw_only=True)
class SettingsWatch:
    """root: where the host's files lie."""

    store: Store
    clock: Clock
    sleep: Callable[[float], Awaitable[None]]
    root: Path = Path("/")
    _left: dict[str, str] = field(default_factory=dict)
    """Path → stamp of what is no text or does not fit: it is read again once it changes."""

    async def follow(self) -> None:
        while True:
            await self.look()
            await self.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        """Of a file that is seen for the first time, on a host whose files are known, all is new."""
        known = self.store.settings.stamps()
        first = not self.store.fact(_BEGUN)
        now = await asyncio.to_thread(listed, self.root)
        changed = [path for path, stamp in now.items() if stamp not in (known.get(path), self._left.get(path))]
        for begin in range(0, len(changed), AT_ONCE):
            part = changed[begin : begin + AT_ONCE]
            found = await asyncio.to_thread(lambda paths: [read(path, self.root) for path in paths], part)
            with self.store.transaction():
                for path, settings in zip(part, found, strict=True):
                    if settings is not None:
                        self._take(path, settings, first)
            self._left.update({path: now[path] for path in part if path not in self.store.settings.stamps()})
            await self.sleep(PAUSE if first else 0.0)
        with self.store.transaction():
            for path in known.keys() - now.keys():
                self._gone(path)
            self.store.set_fact(_BEGUN, "yes")

    def _take(self, path: str, settings: Settings, first: bool) -> None:
        shelf, before = self.store.settings, self.store.settings.find(path)
        kept = shelf.put(path, settings.stamp, settings.digest, settings.text)
        if not kept or (before is None and first) or (before and before[0] == settings.digest):
            return
        shelf.add_change(change_of(path, before, settings, self.clock.now()))

    def _gone(self, path: str) -> None:
        before = self.store.settings.find(path)
        self.store.settings.drop(path)
        if before and not os.path.lexists(self.root / path.lstrip("/")):  # what grew too large is there yet
            self.store.settings.add_change(change_of(path, before, None, self.clock.now()))
