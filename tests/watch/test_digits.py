"""A line that has the same digits where they decide is matched in the same way."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.watch.digits import deciding
from stillwatch.watch.family import load_rules
from stillwatch.watch.rule import Rule, compile_pattern

RULES = load_rules()


@pytest.mark.parametrize(
    ("pattern", "line", "places"),
    [
        (r"failed \(98: (?P<why>.*)\)", b"it failed (98: 17)", [b"9", b"8"]),
        (r"status=(?P<status>5[0-9]{2})", b"status=512", [b"5"]),
        (r"code [1-4]", b"code 3", [b"3"]),
        (r"port [0-9]{1,5}", b"port 80", []),
    ],
)
def test_the_digits_that_decide(pattern: str, line: bytes, places: list[bytes]) -> None:
    found = deciding(pattern, line)
    assert found is not None
    assert [line[where] for where in found] == places


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (r"(?:5[0-9]){2}", b"5152"),
        (r"code(?: 5)? [0-9]{1,3}", b"code 6 7"),
        (r"lost", b"nothing"),
    ],
)
def test_none_where_that_cannot_be_told(pattern: str, line: bytes) -> None:
    assert deciding(pattern, line) is None


@given(st.sampled_from(RULES), st.data())
def test_lines_with_the_same_deciding_digits_are_matched_in_the_same_way(rule: Rule, data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from(rule.patterns))
    line = data.draw(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=False)).encode()
    exact = compile_pattern(pattern)
    if (places := deciding(pattern, line)) is None:
        return
    other = bytearray(re.sub(rb"[0-9]", lambda _: b"%d" % data.draw(st.integers(0, 9)), line))
    for where in places:
        other[where] = line[where]
    first, second = exact.search(line), exact.search(bytes(other))
    assert first is not None
    assert second is not None
    assert first.regs == second.regs
