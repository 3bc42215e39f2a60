"""`stillwatch run`: the daemon."""

from __future__ import annotations

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command


def run() -> int:
    """Runs until it is stopped; systemd starts it as stillwatch.service. Without a gate it only observes.

    example:
      stillwatch run --state-dir /tmp/trial --runtime-dir /tmp/trial/run
    """
    import asyncio

    from stillwatch.run import run_daemon  # the web server and all else that no other command should pay for

    return asyncio.run(run_daemon(door.app()))


command = Command(run=run)
