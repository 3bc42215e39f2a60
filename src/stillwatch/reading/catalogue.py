"""All sources of a host: each file of `sources/` names those that it knows."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from typing import Protocol, cast

from stillwatch.reading import sources as folder
from stillwatch.reading.source import Source, Wanted


class Kind(Protocol):
    """A file of `sources/`. ORDER: kinds with a lower one are read before."""

    ORDER: int

    def here(self, wanted: Wanted) -> Sequence[Source]:
        """What there is of this kind, for what is wanted."""
        ...


def host_sources(wanted: Wanted) -> list[Source]:
    """In the order in which a pass reads them."""
    return [source for kind in sorted(_kinds(), key=lambda kind: kind.ORDER) for source in kind.here(wanted)]


def _kinds() -> Iterator[Kind]:
    for found in pkgutil.iter_modules(folder.__path__):
        yield cast(Kind, importlib.import_module(f"{folder.__name__}.{found.name}"))
