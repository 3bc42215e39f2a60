"""Whatever a pattern matches, its skeleton matches in the line without digits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.watch.family import RULES_FOLDER, load_rules
from stillwatch.watch.rule import compile_pattern
from stillwatch.watch.skeleton import skeleton
from stillwatch.watch.words import DIGITS

RULES = load_rules([RULES_FOLDER])


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"^disk (?P<name>[a-z]{1,30}) failed", r"disk\ .*\ failed"),
        (r"[^\n]{0,80}out of (?:memory|space)\b", r"out\ of\ (?:memory|space)"),
        (r"status=5[0-9]{2}", "status="),
        (r"(?:too many|no free) files", r"(?:too\ many|no\ free)\ files"),
        (r"(?:very )?slow", "slow"),
        (r"(?:lost )+carrier", r"lost\ .*carrier"),
        (r"a.c", r"a.*c"),
        (r"127\.255\.25[0-9]", r"\.\."),
        (r"[0-9]{3}", ""),
    ],
)
def test_words_stay_and_anything_is_between_them(pattern: str, expected: str) -> None:
    assert skeleton(pattern) == expected


def bare(raw: bytes) -> bytes:
    return raw.translate(None, DIGITS)


def matches(expression: str, raw: bytes) -> bool:
    return re.search(expression.encode(), raw, re.IGNORECASE | re.DOTALL) is not None


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_no_sample_of_any_rule_is_lost(rule: object) -> None:
    patterns = [(compile_pattern(pattern), skeleton(pattern)) for pattern in rule.patterns]  # type: ignore[attr-defined]
    for sample in rule.fires:  # type: ignore[attr-defined]
        raw = sample.line.encode()
        for exact, plain in patterns:
            if exact.search(raw):
                assert matches(plain, bare(raw))
                assert matches(plain, b"Jan  :: host app[]: " + bare(raw))


@given(st.sampled_from(RULES), st.data())
def test_nothing_that_a_pattern_matches_is_lost(rule: object, data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from(rule.patterns))  # type: ignore[attr-defined]
    line = data.draw(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=False)).encode()
    if compile_pattern(pattern).search(line):
        assert matches(skeleton(pattern), bare(line))
