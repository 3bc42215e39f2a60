from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.watch.family import load_rules
from stillwatch.watch.mask import loosen, mask, template, unanchored
from stillwatch.watch.rule import compile_pattern

RULES = load_rules()
PAIRS = [(rule.patterns, sample.line) for rule in RULES for sample in (*rule.fires, *rule.silent)]


def test_mask_keeps_the_length_and_hides_digits() -> None:
    assert mask(b"pid 1234: 9") == b"pid 0000: 0"


def test_numbers_of_any_length_have_one_template() -> None:
    assert template(mask(b"pid 1 took 20 ms")) == template(mask(b"pid 123 took 7 ms")) == b"pid # took # ms"


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (r"status=203/EXEC", b"status=203/EXEC"),
        (r"\(98: x", b"(98: x"),
        (r"^[1-9][0-9]{0,3} CE", b"7 CE"),
        (r"[^0-9]a{2,9}", b"xaaa"),
        (r"\[error\] 5", b"[error] 5"),
    ],
)
def test_a_loosened_pattern_admits_what_the_exact_one_does(pattern: str, line: bytes) -> None:
    assert compile_pattern(pattern).search(line)
    assert re.search(loosen(pattern).encode(), mask(line), re.I | re.S)


@pytest.mark.parametrize("pattern", [r"(a)\1", r"[^5]", r"\x41"])
def test_what_cannot_be_loosened_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        loosen(pattern)


@given(st.sampled_from(PAIRS), st.binary(max_size=20), st.integers(0, 10**9))
def test_the_loosened_rules_are_never_narrower(pair: tuple[tuple[str, ...], str], noise: bytes, number: int) -> None:
    patterns, sample = pair
    line = sample.encode() + noise + str(number).encode()
    for pattern in patterns:
        if compile_pattern(pattern).search(line):
            assert re.search(loosen(pattern).encode(), mask(line), re.I | re.S), pattern


@pytest.mark.parametrize(
    ("pattern", "free"),
    [("^a[^\\n]b$", "a[^\\n]b"), (r"(?:^|[$^])x", r"(?:|[$^])x"), (r"\^\$a[]^]", r"\^\$a[]^]")],
)
def test_a_pattern_without_edges_keeps_its_classes(pattern: str, free: str) -> None:
    assert unanchored(pattern) == free
