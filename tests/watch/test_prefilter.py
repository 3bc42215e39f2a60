from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.errors import WrongUsage
from stillwatch.watch import prefilter as module
from stillwatch.watch.family import load_rules
from stillwatch.watch.prefilter import SUSPICIOUS, Prefilter
from stillwatch.watch.rule import Rule
from tests.support.prefilters import prefilter

RULES = load_rules()
OWN_SAMPLES = [(index, sample.line.encode()) for index, rule in enumerate(RULES) for sample in rule.fires]
SAMPLES = [sample.line.encode() for rule in RULES for sample in (*rule.fires, *rule.silent)]


@cache
def uncached() -> Prefilter:
    return Prefilter(RULES, cached=False)


@given(st.lists(st.sampled_from(SAMPLES), min_size=1, max_size=5), st.binary(max_size=30), st.integers(0, 10**12))
def test_the_cache_never_changes_a_verdict(lines: list[bytes], noise: bytes, number: int) -> None:
    for line in lines:
        for raw in (line, line + str(number).encode(), noise + line, line.replace(b"1", b"8")):
            assert prefilter().verdict(raw) == uncached().verdict(raw) == prefilter().verdict(raw)


@given(st.sampled_from(OWN_SAMPLES), st.sampled_from(OWN_SAMPLES), st.binary(max_size=12))
def test_no_rule_that_matches_is_missed(own: tuple[int, bytes], other: tuple[int, bytes], noise: bytes) -> None:
    """Its own samples, and those of another rule, each with something behind."""
    for index, sample in ((own[0], own[1] + noise), (other[0], own[1] + noise)):
        if any(pattern.search(sample) for pattern in prefilter().exact(index)):
            assert index in prefilter().verdict(sample), RULES[index].id


@given(st.sampled_from(OWN_SAMPLES), st.text(alphabet="abc:[] 019", max_size=20))
def test_a_cheap_look_at_the_whole_line_misses_no_message_in_it(own: tuple[int, bytes], around: str) -> None:
    index, sample = own
    verdict = prefilter().verdict(sample)
    if prefilter().extract(index, sample):
        assert prefilter().may_match(verdict, f"{around} ".encode() + sample + f" {around}".encode())


def test_a_cheap_look_tells_digits_apart_and_trusts_no_escapes() -> None:
    own = Prefilter([Rule(id="a-rule", match=r"^status=1$", severity="low", summary="s")])
    verdict = own.verdict(b"status=0")
    assert own.may_match(verdict, b"Nov 1 h web: status=1 (from a)")
    assert not own.may_match(verdict, b"Nov 1 h web: status=0")
    assert own.may_match(verdict, b'"say \\"status=0\\""')


def test_digits_are_told_apart() -> None:
    prefilter = Prefilter([Rule(id="a-rule", match=r"status=1\b", severity="low", summary="s")])
    for raw, fires in ((b"status=0", False), (b"status=1", True), (b"status=0", False), (b"status=1", True)):
        assert prefilter.verdict(raw) == (0,)
        assert (prefilter.extract(0, raw) is not None) is fires


def test_hostile_lines_do_not_grow_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CACHE_ENTRIES", 100)
    prefilter = Prefilter([Rule(id="a-rule", match="boom", severity="low", summary="s")])
    for number in range(1000):
        prefilter.verdict(b"unique " + bytes([97 + number % 26, 97 + number // 26 % 26]) * (number % 7 + 1))
        prefilter.verdict(b"x" * 5000 + bytes([number % 256]))
    assert len(prefilter.cache) <= 100
    assert all(len(key) <= module.CACHED_BYTES for key in prefilter.cache)


@pytest.mark.parametrize(
    "calm",
    [b"0 errors", b"no errors found", b"errors: no", b"errors=no, hue", b"error_log reopened", b"errors=0", b"hello"],
)
def test_calm_words_are_harmless(calm: bytes) -> None:
    assert SUSPICIOUS not in prefilter().verdict(calm)


def test_trouble_no_rule_knows_is_suspicious() -> None:
    assert SUSPICIOUS in prefilter().verdict(b"frobnicator exploded: fatal error 12")
    assert SUSPICIOUS in prefilter().verdict(b"ERROR: No frobnicator was seen")


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (b"cannot open './db/hue.db'", b"./db/hue.db"),
        (b"cannot open 'etc/hue.db'", b"etc/hue.db"),
        (b"cannot open '/db/hue.db'", b"/db/hue.db"),
        (b"cannot open file=/db/hue.db", b"/db/hue.db"),
    ],
)
def test_a_path_that_begins_nowhere_is_not_taken_for_one_from_the_root(line: bytes, path: bytes) -> None:
    prefilter = Prefilter([Rule(id="a-rule", match=r"open[^/]*(?P<path>/[a-z./]+)", severity="low", summary="s")])
    found = prefilter.extract(0, line)
    assert found is not None
    assert found.groups["path"] == path


def test_an_exception_of_a_rule_holds() -> None:
    prefilter = Prefilter([Rule(id="a-rule", match="boom", unless=("drill",), severity="low", summary="s")])
    assert prefilter.extract(0, b"boom")
    assert prefilter.extract(0, b"boom, a drill") is None


def test_a_pattern_that_cannot_be_searched_for_is_told() -> None:
    with pytest.raises(WrongUsage, match="not accepted"):
        Prefilter([Rule(id="a-rule", match="a(?=b)", severity="low", summary="s")])


class _KeptShelf:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def put(self, key: str, body: bytes) -> None:
        self.kept[key] = body


def test_rules_from_the_shelf_judge_as_freshly_compiled_ones_do() -> None:
    shelf, rules = _KeptShelf(), load_rules()
    fresh, kept = Prefilter(rules, shelf=shelf), dict(shelf.kept)
    again = Prefilter(rules, shelf=shelf)
    assert shelf.kept == kept
    for line in (b"bind() to 0.0.0.0:80 failed (98: Address already in use)", b"all is well", b"fatal: lost"):
        assert fresh.verdict(line) == again.verdict(line)
    assert fresh.verdict(b"bind() to 0.0.0.0:80 failed (98: Address already in use)")


def test_other_rules_have_another_place_and_damage_is_compiled_anew() -> None:
    shelf, rules = _KeptShelf(), load_rules()
    Prefilter(rules[:5], shelf=shelf)
    of_five = set(shelf.kept)
    Prefilter(rules[:6], shelf=shelf)
    assert set(shelf.kept) > of_five
    shelf.kept = dict.fromkeys(shelf.kept, b"damaged")
    line = b"x.service: Failed with result 'exit-code'."
    assert Prefilter(rules[:5], shelf=shelf).verdict(line) == Prefilter(rules[:5]).verdict(line)


def test_rules_compiled_ahead_judge_the_same_and_tell_a_bad_pattern_with_the_first_line() -> None:
    line = b"bind() to 0.0.0.0:80 failed (98: Address already in use)"
    assert Prefilter(RULES, ahead=True).verdict(line) == prefilter().verdict(line)
    bad = Prefilter([Rule(id="a-rule", match="a(?=b)", severity="low", summary="s")], ahead=True)
    for _ in range(2):
        with pytest.raises(WrongUsage):
            bad.verdict(line)
