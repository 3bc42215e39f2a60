"""`stillwatch demo`: the status page and the API over a recorded host."""

from __future__ import annotations

import argparse
from pathlib import Path

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", nargs="?", help="a recorded host; without it a shop with two faults")
    parser.add_argument("--port", type=int, default=None, help="a port on 127.0.0.1 (8083, or another if it is taken)")


def demo(*, folder: str | None, port: int | None) -> int:
    """Nothing of this machine is read, changed or remembered; it runs until Ctrl-C.

    It prints a link that logs a browser in. The page, the API and a chat window answer from the recorded host, by the
    rules alone.

    example:
      stillwatch demo
    """
    import asyncio

    from stillwatch.cli.terminal import line, put
    from stillwatch.run import show_recorded

    app = door.app().recorded(Path(folder) if folder else None)
    return asyncio.run(show_recorded(app, port, lambda chosen: put([line(chosen)])))


command = Command(run=demo, arguments=arguments)
