"""R41: no line that is almost what a rule looks for, time and again, makes its search go back over and over."""

from __future__ import annotations

import os
import random
import re

import pytest

from stillwatch.watch import gravity, last_words, places
from stillwatch.watch.family import load_rules
from stillwatch.watch.mask import loosen
from stillwatch.watch.rule import compile_pattern
from stillwatch.watch.shapes import fold
from tests.support.drawn import drawn
from tests.support.pumped import dearest

PATTERNS = sorted({
    pattern
    for rule in load_rules()
    for pattern in (*rule.patterns, *rule.also, *rule.unless, *map(loosen, rule.patterns))
})  # fmt: skip
MOST = 5.0
"""Times the work of a repeat of 300 that is tried from every byte of a line: what was mended took up to 100."""
FAR_TOO_MUCH = 3 * MOST
"""What fails a run, in which others work beside; a `soak` finds what is dear only now and then."""


@pytest.mark.parametrize(
    "pattern",
    [
        r"\bException: (?P<why>[^\n]{1,60}?)[^\n]{0,400}?\((?P<code>TOO_MANY)\)",
        r"""\b(?:open|move)[^\n/]{0,60}(?P<path>/[^ :"'\n]{1,300})["']?[^\n]{0,200}?permission denied""",
    ],
)
def test_what_goes_back_over_and_over_is_found(pattern: str) -> None:
    assert dearest(compile_pattern(pattern), random.Random(1), 60, MOST) > MOST


@pytest.mark.parametrize("pattern", drawn(PATTERNS, 8))
def test_r41_no_near_miss_makes_a_rule_dear(pattern: str) -> None:
    assert (
        dearest(compile_pattern(pattern), random.Random(os.environ.get("STILLWATCH_SEED")), 20, FAR_TOO_MUCH)
        < FAR_TOO_MUCH
    )


@pytest.mark.parametrize("pattern", [gravity._PATH_BEFORE, last_words._DETAIL, fold.STRING, *places._SHAPES])
def test_r41_nor_what_looks_at_any_line(pattern: re.Pattern[bytes] | re.Pattern[str]) -> None:
    told = pattern.pattern if isinstance(pattern.pattern, bytes) else pattern.pattern.encode()
    seen = re.compile(told, pattern.flags & ~re.UNICODE)
    assert dearest(seen, random.Random(os.environ.get("STILLWATCH_SEED")), 60, FAR_TOO_MUCH) < FAR_TOO_MUCH


@pytest.mark.soak
def test_r41_no_near_miss_makes_any_rule_dear() -> None:
    source = random.Random(os.environ.get("STILLWATCH_SEED"))
    dear = {
        pattern: times for pattern in PATTERNS if (times := dearest(compile_pattern(pattern), source, 60, MOST)) >= MOST
    }
    assert dear == {}
