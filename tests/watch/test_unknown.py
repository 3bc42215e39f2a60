"""Trouble that no rule knows is told, low and bounded; ordinary words are only listed."""

from __future__ import annotations

import pytest

from stillwatch.records.event import Untrusted
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.watch.family import load_rules
from stillwatch.watch.novelty import Novel
from stillwatch.watch.unknown import MOST_KINDS, MOST_PROGRAMS, known_programs, ranked, unknown_trouble

KNOWN = frozenset({"nginx", "sshd"})


def kind(text: str, program: str = "colours", count: int = 1, **more: object) -> Novel:
    said = Untrusted(text)
    return Novel(template=said, sample=said, subject=program, count=count, first=1.0, last=2.0, **more)  # type: ignore[arg-type]


def told(*novel: Novel, triggers: tuple[Trigger, ...] = ()) -> list[Trigger]:
    return list(unknown_trouble(novel, triggers, KNOWN, "box"))


@pytest.mark.parametrize(
    ("novel", "is_told"),
    [
        (kind("FATAL: the palette is gone", "nginx"), True),
        (kind("index is corrupted"), True),
        (kind("cannot continue without a palette"), True),
        (kind("out of hue", priority=2), True),
        (kind("[ERROR] no such hue"), True),
        (kind("level=error msg=hue"), True),
        (kind("no such hue", priority=3), True),
        (kind("[error] no such hue", "nginx"), False),
        (kind("no such hue", "sshd.service", priority=3), False),
        (kind("request failed, trying again"), False),
        (kind("kernel.panic=10 set"), False),
        (kind("connection aborted by the client"), False),
    ],
)
def test_what_is_told(novel: Novel, is_told: bool) -> None:
    found = told(novel)
    assert bool(found) is is_told
    assert all((one.severity, one.subject, one.host) == (Severity.low, novel.subject, "box") for one in found)


def test_a_program_of_which_a_rule_speaks_needs_no_second_voice() -> None:
    (rule,) = told(kind("FATAL: x"))
    assert told(kind("FATAL: x"), triggers=(rule,)) == []


def test_it_is_never_a_hundred() -> None:
    many = [kind(f"FATAL: {word} {program}", f"p{program}") for program in range(50) for word in "abcdefgh"]
    found = told(*many)
    assert len({one.subject for one in found}) == MOST_PROGRAMS
    assert max(sum(one.subject == name for one in found) for name in {one.subject for one in found}) == MOST_KINDS


def test_another_host_s_trouble_is_its_own() -> None:
    assert [one.host for one in told(kind("FATAL: x", host="far"))] == ["far"]


def test_the_gravest_and_rarest_come_first() -> None:
    often, rare, mere = kind("FATAL: a", count=9), kind("FATAL: b"), kind("timed out")
    assert ranked([mere, often, rare]) == [rare, often, mere]


def test_programs_that_rules_speak_of() -> None:
    assert {"sshd", "nginx", "kernel"} <= known_programs(load_rules())
