"""The rules of the package, compiled once for all tests of a process: that takes a third of a second."""

from __future__ import annotations

from functools import cache

from stillwatch.watch.family import load_rules
from stillwatch.watch.prefilter import Prefilter


@cache
def screen() -> Prefilter:
    """What it keeps of lines seen before never changes what it finds, so tests may share it."""
    return Prefilter(load_rules())
