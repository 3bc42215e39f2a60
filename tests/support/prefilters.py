"""The rules of the package, compiled once for all tests of all runs: that takes seconds."""

from __future__ import annotations

from functools import cache

from stillwatch.store.compiled import CompiledShelf
from stillwatch.watch.family import load_rules
from stillwatch.watch.prefilter import Prefilter
from tests.support.rig import cache as kept


@cache
def prefilter() -> Prefilter:
    """What it keeps of lines seen before never changes what it finds, so tests may share it."""
    return Prefilter(load_rules(), shelf=CompiledShelf(kept() / "compiled"))
