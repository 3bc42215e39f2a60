"""`stillwatch up`: everything in one terminal."""

from __future__ import annotations


def command() -> int:
    """Starts the llama-servers and looks after them until Ctrl-C. One user runs everything, so nothing is acted upon.

    \b
    Example:
      stillwatch up --state-dir /tmp/trial --runtime-dir /tmp/trial/run
    """
    raise NotImplementedError
