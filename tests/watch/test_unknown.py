"""Trouble that no rule knows is told, low and bounded; ordinary words are only listed."""

from __future__ import annotations

import pytest

from stillwatch.records.event import Untrusted
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.watch.everyday import Everyday
from stillwatch.watch.family import load_rules
from stillwatch.watch.novelty import Novel
from stillwatch.watch.unknown import FEW, MOST_KINDS, MOST_PROGRAMS, PICKED, Unknown, known_programs, ranked

KNOWN = frozenset({"nginx", "sshd", "kernel"})
EVERYDAY = Everyday(["ERROR: the hue of today is pale"])


def kind(text: str, program: str = "colours", count: int = 1, **more: object) -> Novel:
    said = Untrusted(text)
    return Novel(template=said, sample=said, subject=program, count=count, first=1.0, last=2.0, **more)  # type: ignore[arg-type]


def told(*novel: Novel, triggers: tuple[Trigger, ...] = (), lines: int | None = None) -> list[Trigger]:
    return list(Unknown(lambda: KNOWN, lambda: EVERYDAY, "box").triggers(novel, triggers, lines))


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
        (kind("cannot reach the hue: connection refused", count=3, priority=6), True),
        (kind("cannot reach the hue: connection refused", count=2, priority=6), False),
        (kind("cannot reach the hue: connection refused, trying again", count=3, priority=6), False),
        (kind("the hue failed", count=3, priority=6), False),
        (kind("could not open /var/x (Permission denied)", "nginx", priority=6), True),
        (kind("could not open /var/x: No such file or directory", priority=6), False),
        (kind("could not open /var/x (Permission denied)", "systemd-hued", priority=6), False),
    ],
)
def test_what_is_told(novel: Novel, is_told: bool) -> None:
    found = told(novel)
    assert bool(found) is is_told
    assert all((one.severity, one.subject, one.host) == (Severity.low, novel.subject, "box") for one in found)


@pytest.mark.parametrize(
    ("novel", "is_told"),
    [
        (kind("[error] no such hue", "nginx", count=3), True),
        (kind("no such hue", "nginx", count=3, priority=3), True),
        (kind("ERROR: the hue of today is pale"), False),
        (kind("[error] no such hue", "nginx"), False),
        (kind("error: pipe has no hue", "kernel"), False),
        (kind("[drm] *ERROR* no hue", "kernel", count=3), True),
        (kind("could not mix the hue"), False),
    ],
)
def test_what_is_told_of_a_long_text(novel: Novel, is_told: bool) -> None:
    assert bool(told(novel, lines=PICKED + 1)) is is_told


def test_a_sentence_counts_where_a_person_picked_the_lines_and_nothing_else_is_told() -> None:
    mere = kind("could not mix the hue")
    (trigger,) = told(mere, lines=PICKED)
    assert trigger.severity is Severity.low
    assert told(mere, triggers=(trigger,), lines=PICKED) == []
    assert told(kind("could not mix, retrying"), lines=PICKED) == []
    assert told(kind("could not mix the hue", "kernel"), lines=PICKED) == []
    assert told(*(kind("could not mix", f"p{number}") for number in range(FEW + 1)), lines=PICKED) == []


def test_one_program_s_trouble_is_one_fault_and_what_names_a_reason_speaks_first() -> None:
    bare, reason = kind("[ERROR] at work"), kind("[ERROR] no space left on device")
    found = told(bare, reason, lines=PICKED + 1)
    assert [one.cause for one in found] == ["disk-full", "disk-full"]
    assert "no space left" in found[0].summary
    assert {one.cause for one in told(bare, reason)} == {"other"}


def a_rule_s(cause: str) -> Trigger:
    return Trigger(
        rule="a-rule", severity=Severity.medium, summary="s", subject="colours", host="box", count=1,
        first=1.0, last=2.0, cause=cause, sample=Untrusted("x"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cause", "text", "adds"),
    [
        ("crash", "[ERROR] no camera was found", True),
        ("crash", "[ERROR] the hue is odd", False),
        ("permission", "[ERROR] no camera was found", False),
    ],
)
def test_where_rules_know_only_what_came_of_it_the_reason_is_heard(cause: str, text: str, adds: bool) -> None:
    found = told(kind(text), triggers=(a_rule_s(cause),), lines=9)
    assert [one.cause for one in found] == (["device-missing"] if adds else [])


def test_that_it_ended_is_told_behind_the_words_before_and_makes_it_graver() -> None:
    end, why = kind("paint worker exited with code 1"), kind("paint error: no hue was found")
    found = told(end, why, lines=9)
    assert [one.fields["template"] for one in found] == [why.template, end.template]
    assert max(one.severity for one in found) == Severity.medium
    assert {one.severity for one in told(end, why, lines=PICKED + 1)} <= {Severity.low}


def test_what_is_tried_again_and_again_and_names_its_reason_is_told() -> None:
    again = "could not connect, trying again: connection refused"
    assert told(kind(again, count=3), lines=9)
    assert not told(kind(again, count=2), lines=9)
    assert not told(kind("could not mix, trying again", count=3), lines=9)


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


def test_what_calls_itself_fatal_is_graver_where_a_person_picked_the_lines() -> None:
    fatal = kind("FATAL: the palette is gone")
    assert [told(fatal, lines=lines)[0].severity for lines in (PICKED, PICKED + 1)] == [Severity.medium, Severity.low]


def test_of_a_desktop_only_what_is_fatal_counts() -> None:
    assert told(kind("[ERROR] no such hue", "gnome-shell"), lines=PICKED) == []
    assert told(kind("FATAL: the palette is gone", "gnome-shell"), lines=PICKED)
