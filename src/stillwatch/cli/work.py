"""Run one asynchronous verb of the service to its end, with its progress shown."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from stillwatch.cli.paper import Progress, progress_line

T = TypeVar("T")


def work(start: Callable[[Progress], Coroutine[Any, Any, T]], *, quiet: bool) -> T:
    """The verb's result. quiet: no progress line, even on a terminal."""
    import asyncio

    with progress_line(wanted=not quiet) as progress:
        return asyncio.run(start(progress))
