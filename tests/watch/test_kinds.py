"""What is read off another line of the same kind is what its own patterns would find."""

from __future__ import annotations

import pytest

from stillwatch.records.line import Line
from stillwatch.watch.kinds import Kind, Kinds, is_blind_to_digits
from stillwatch.watch.prefilter import Prefilter
from stillwatch.watch.rule import Rule


@pytest.mark.parametrize(
    "pattern", [r"^Accepted [0-9]{1,5} from (?P<source>[0-9.]+)", r"(?P<dev>sd[a-z]\d)", r"[0-9a-f]+$"]
)
def test_patterns_that_take_any_digit_are_blind_to_digits(pattern: str) -> None:
    assert is_blind_to_digits(pattern)


@pytest.mark.parametrize("pattern", [r"status=[1-9]", r"failed \(98:", r"code [^0]", r"ssh2"])
def test_patterns_that_tell_digits_apart_are_not(pattern: str) -> None:
    assert not is_blind_to_digits(pattern)


def rule(name: str, match: str, **more: object) -> Rule:
    return Rule(**{"id": name, "match": match, "severity": "high", "summary": "{subject}", **more})  # type: ignore[arg-type]


def kind(line: bytes, *rules: Rule) -> Kind | None:
    prefilter = Prefilter(rules)
    verdict = prefilter.verdict(line)
    heard = [(rules[index], found) for index in verdict.order if (found := prefilter.extract(index, line, verdict))]
    return Kinds(prefilter).of(Line(0.0, line, "app"), verdict, (bool(heard), heard))


LOST = rule("lost-disk", r"lost (?P<path>/[^ ]+)(?: by (?P<user>[a-z]+))?")


def test_groups_are_read_from_the_same_places() -> None:
    made = kind(
        b"lost (/srv/17) now", rule("lost", r"lost \(?(?P<path>/[^ ]+)(?: by (?P<user>[a-z]+))?", apart=("path",))
    )
    assert made is not None
    assert made.spoken
    (told,) = made.reported
    assert told.found(b"lost (/srv/25) now").groups == {"path": b"/srv/25", "user": None}
    assert told.said(Line(0.0, b"lost (/srv/25) now", "app")) == ("lost", "app", b"/srv/25")


@pytest.mark.parametrize(
    ("line", "suits"),
    [(b"code 7: lost /srv/1", True), (b"code 7: lost /srv/2", False), (b"code 8: lost /srv/1", False)],
)
def test_lines_in_which_other_digits_decide_are_not_of_the_kind(line: bytes, suits: bool) -> None:
    made = kind(b"code 7: lost /srv/5", rule("seven", r"code 7: lost (?P<path>/[^ ]+)"), rule("other", r"/srv/2"))
    assert made is not None
    assert made.suits(line) is suits


def test_no_kind_where_it_is_not_known_which_digits_decide() -> None:
    assert kind(b"code 77: lost /srv/5", rule("seven", r"code (?:7){2}: lost (?P<path>/[^ ]+)")) is None
    assert kind(b"lost /srv/1", rule("any-of", r"/srv/(?:2|two)"), LOST) is None
    assert kind(b"lost /srv/1", rule("not-two", r"lost /srv", unless=("/srv/2",))) is None


def test_a_general_rule_that_gives_way_decides_nothing() -> None:
    made = kind(b"lost /srv/1", LOST, rule("other", r"/srv/2", general=True))
    assert made is not None
    assert made.suits(b"lost /srv/2")


def test_no_kind_where_what_was_said_before_decides() -> None:
    assert kind(b"lost /srv/1", rule("death", r"lost", cause="oom")) is None
