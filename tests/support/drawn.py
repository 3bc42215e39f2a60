"""Of what takes long, each run tries a part that is drawn anew; a `soak` tries all of it."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def drawn(cases: Sequence[T], count: int) -> tuple[T, ...]:
    """`count` of them, in their order; alike in every process of a run, and in each run with this STILLWATCH_SEED."""
    source = random.Random(int(os.environ.get("STILLWATCH_SEED") or os.environ["STILLWATCH_DRAW"]))
    return tuple(cases[place] for place in sorted(source.sample(range(len(cases)), count)))
