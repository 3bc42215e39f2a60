"""The table of all shapes, in the order in which they are tried: who says more stands first."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from stillwatch.watch.shapes import containers, databases, journal, kernel, programs, servers, syslog, web
from stillwatch.watch.shapes.shape import Shape

TABLE: Final[tuple[Shape, ...]] = (
    *journal.ROWS,
    *kernel.ROWS,
    *web.ROWS,
    *databases.ROWS,
    *containers.ROWS,
    *syslog.ROWS,
    *servers.ROWS,
    *programs.ROWS,
)


@lru_cache(maxsize=64)
def rows_for(start: str) -> tuple[Shape, ...]:
    """The rows that are tried on lines that begin so (see `shape.beginning`)."""
    return tuple(shape for shape in TABLE if start in shape.starts)
