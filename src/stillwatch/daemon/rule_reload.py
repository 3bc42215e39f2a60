"""Own rules take effect while the daemon runs: a file that is written, changed or removed needs no restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stillwatch.daemon.standing import Standing
from stillwatch.errors import WrongUsage
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.own_rules import state_of
from stillwatch.watch.prefilter import Prefilter

LOG = logging.getLogger(__name__)
LOOK_SECONDS = 2.0
Load = Callable[[], tuple[Prefilter, Sequence[str]]]


@dataclass(kw_only=True)
class RuleReload:
    """load: all rules as they stand now, and what is wrong with own ones; problems: of those the watchers have."""

    folder: Path
    load: Load
    problems: Sequence[str]

    async def follow(
        self, watchers: Sequence[Watcher], standing: Standing, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        """For ever. What cannot be used is told beside what is read; the rules that were there before go on."""
        seen = state_of(self.folder)
        standing.beside("rules", "; ".join(self.problems[:3]))
        while True:
            await sleep(LOOK_SECONDS)
            state = state_of(self.folder)
            if state == seen:
                continue
            seen = state
            try:
                for watcher in watchers:  # each with an automaton of its own: they scan in threads side by side
                    watcher.prefilter, self.problems = await asyncio.to_thread(self.load)
            except WrongUsage as error:
                self.problems = [str(error)]
            standing.beside("rules", "; ".join(self.problems[:3]))
            LOG.info("rules: read again from %s", self.folder)
