"""`stillwatch run`: the daemon."""

from __future__ import annotations

from stillwatch.cli.everywhere import door
from stillwatch.cli.parser import Command


def run() -> int:
    """Watches until it is told to stop; systemd starts it as stillwatch.service. Without a gate it only observes.

    example:
      stillwatch run --state-dir /tmp/trial --runtime-dir /tmp/trial/run
    """
    import asyncio

    return asyncio.run(door.app().run())


command = Command(run=run)
