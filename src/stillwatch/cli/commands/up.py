"""`stillwatch up`: everything in one terminal."""

from __future__ import annotations

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command


def up() -> int:
    """Starts the gate, the daemon and a llama-server for each model, and looks after them until Ctrl-C.

    It is a trial: one user proposes and approves, so no separation is claimed and autonomy ends at 'suggest'.

    examples:
      stillwatch up
      stillwatch up --state-dir /tmp/trial --runtime-dir /tmp/trial/run
    """
    import asyncio

    from stillwatch.cli.next_steps import next_steps
    from stillwatch.cli.terminal import line, put
    from stillwatch.run import run_all

    app = door.app()
    put([line("In another terminal:"), *next_steps(app, door.options)])
    return asyncio.run(run_all(app, _say))


def _say(message: str) -> None:
    from stillwatch.cli.terminal import line, put
    from stillwatch.untrusted.for_terminal import one_line

    put([line((one_line(message, 400), "dim"))])


command = Command(run=up)
