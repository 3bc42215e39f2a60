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
    screen = Prefilter(rules)
    verdict = screen.verdict(line)
    heard = [(rules[index], found) for index in verdict.order if (found := screen.extract(index, line, verdict))]
    return Kinds(screen).of(Line(0.0, line, "app"), verdict, (bool(heard), heard))


LOST = rule("lost-disk", r"lost (?P<path>/[^ ]+)(?: by (?P<user>[a-z]+))?")


def test_groups_are_read_from_the_same_places() -> None:
    made = kind(b"lost (/srv/17) now", rule("lost", r"lost \(?(?P<path>/[^ ]+)(?: by (?P<user>[a-z]+))?"))
    assert made is not None
    spoken, [(_, found)] = made.heard(b"lost (/srv/25) now")
    assert spoken
    assert found.groups == {"path": b"/srv/25", "user": None}


def test_no_kind_where_a_digit_decides() -> None:
    assert kind(b"lost /srv/1", LOST, rule("other", r"/srv/2")) is None


def test_a_general_rule_that_gives_way_decides_nothing() -> None:
    assert kind(b"lost /srv/1", LOST, rule("other", r"/srv/2", general=True)) is not None


def test_no_kind_where_what_was_said_before_decides() -> None:
    assert kind(b"lost /srv/1", rule("death", r"lost", cause="oom")) is None
