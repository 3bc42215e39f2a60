"""No line that a rule matches is without the words of that rule, and without the numbers that the rule needs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.watch.family import load_rules
from stillwatch.watch.rule import Rule, compile_pattern
from stillwatch.watch.words import DIGITS, WordSearch, bare, choices_of, needles_of, order_of, stand_in_order
from tests.support.drawn import drawn
from tests.support.prefilters import prefilter

RULES = load_rules()
PATTERNS = [pattern for rule in RULES for pattern in rule.patterns]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"^disk (?P<name>[a-z]{1,30}) has failed", {" has failed"}),
        (r"out of (?:memory|space)\b", {"out of memory", "out of space"}),
        (r"(?:very )?slow sector", {"very slow sector", "slow sector"}),
        (r"sda[0-9]{1,3}x lost its head", {"sdax lost its head"}),
        (r"[a-z]{1,3}", set()),
        (r"x(?:a|[^b])y{2}", {"x"}),
    ],
)
def test_the_words_of_a_pattern(pattern: str, words: set[str]) -> None:
    assert next(iter(choices_of(pattern)), set()) == words


@pytest.mark.parametrize(
    ("pattern", "needles"),
    [
        (r'HTTP/[0-9.]{3}" (?:502|504) ', {b'" 502 ', b'" 504 '}),
        (r"\b127\.255\.255\.25[0-9]\b", {b"127.255.255.25"}),
        (r"disk sda failed", set()),
        (r"error (?:5|five)", set()),
    ],
)
def test_the_numbers_that_a_pattern_needs(pattern: str, needles: set[bytes]) -> None:
    assert needles_of(pattern) == needles


@settings(max_examples=25)  # an example takes long to be made of a pattern; each run tries others
@given(st.sampled_from(RULES), st.data())
def test_what_a_pattern_matches_has_its_words_and_numbers(rule: Rule, data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from(rule.patterns))
    line = data.draw(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=False)).encode()
    if not compile_pattern(pattern).search(line):
        return
    (key,) = bare([line])
    for words in choices_of(pattern):
        assert any(word.encode() in key.lower() for word in words)
    assert stand_in_order(order_of(pattern), key.lower())
    if needles := needles_of(pattern):
        assert any(needle in line for needle in needles)
    assert prefilter().words.found([b"nothing", key]) == {1}
    needed = prefilter().hangs_on(key)
    assert needed is None or any(needle in line for needle in needed)


@pytest.mark.parametrize(
    ("pattern", "text", "there"),
    [
        (r"disk [a-z]{1,9} (?:has )?failed", b"disk x has failed", True),
        (r"disk [a-z]{1,9} (?:has )?failed", b"it failed: disk x", False),
        (r"(?:a{2,9} of|of) b{1,9}c", b"of aabc", True),
        (r"one[a-z]{0,9}(?:[a-z]{1,9}three|two)[a-z]{0,9}two", b"one two three two", True),
        (r"one[a-z]{0,9}(?:[a-z]{1,9}three|two)[a-z]{0,9}two", b"one two three", False),
        (r"[0-9]{3}", b"", True),
    ],
)
def test_words_stand_in_their_order(pattern: str, text: bytes, there: bool) -> None:
    assert stand_in_order(order_of(pattern), text) is there


def test_no_sample_of_a_rule_is_without_its_words_in_their_order() -> None:
    for rule in drawn(RULES, 200):
        patterns = [(compile_pattern(pattern), order_of(pattern)) for pattern in rule.patterns]
        for raw in (sample.line.encode() for sample in rule.fires):
            small = raw.translate(None, DIGITS).lower()
            for exact, words in patterns:
                if exact.search(raw):
                    assert stand_in_order(words, small), (rule.id, raw)
                    assert stand_in_order(words, b"jan  :: host app[]: " + small)


def test_r41_a_line_that_is_all_but_a_rule_time_and_again_costs_its_length() -> None:
    """What is worse than linear does not come to its end: all words of a rule, each many times, the last one first."""
    for pattern in drawn(PATTERNS, 200):
        *before, last = order_of(pattern) or [()]
        if before and last:
            often = b"".join(words[0] * (8000 // len(before) // len(words[0]) + 1) for words in before)
            prefilter().hangs_on(last[0] + b" " + often)


@given(st.lists(st.binary(max_size=12)))
def test_each_line_loses_its_digits(lines: list[bytes]) -> None:
    assert bare(lines) == [line.translate(None, DIGITS) for line in lines]


def test_a_pattern_without_words_may_be_in_every_line() -> None:
    assert WordSearch(("[a-z]{3}", "failed")).found([b"x", b"", b"y"]) == {0, 1, 2}


def test_words_are_found_in_the_lines_that_hold_them() -> None:
    assert WordSearch(("has failed", "lost")).found([b"a", b"it HAS FAILED", b"has\nfailed", b"", b"lost"]) == {1, 2, 4}
