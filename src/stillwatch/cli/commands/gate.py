"""`stillwatch gate`: the process that decides and acts."""

from __future__ import annotations

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command


def gate() -> int:
    """Serves until Ctrl-C or SIGTERM. As a service it runs under its own user; with --state-dir and --runtime-dir it
    is a trial, in which one user proposes and approves and autonomy ends at 'suggest'.

    example:
      stillwatch gate --state-dir /tmp/trial --runtime-dir /tmp/trial/run
    """
    return door.app().run_gate()


command = Command(run=gate)
