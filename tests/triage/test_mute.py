from __future__ import annotations

from dataclasses import replace

from stillwatch.records.mute import Mute
from stillwatch.records.trigger import Severity
from stillwatch.triage.group import group
from stillwatch.triage.mute import NO_LONGER, apply_mutes

from .build import AT, pid1

(INCIDENT,) = group([pid1("shop-db.service", rule="unit-failed")], {}, AT)


def test_by_key_subject_or_rule() -> None:
    for pattern in ("*/unit-failure/shop-db.service", "shop-*", "unit-*"):
        assert apply_mutes(INCIDENT, [Mute(pattern=pattern)], AT).muted_by == pattern
    assert apply_mutes(INCIDENT, [Mute(pattern="nginx*")], AT) is INCIDENT


def test_a_rule_mutes_only_what_it_alone_explains() -> None:
    other = replace(INCIDENT, triggers=(*INCIDENT.triggers, pid1("shop-db.service", "oom", rule="oom-kill")))
    assert apply_mutes(other, [Mute(pattern="unit-failed")], AT).state == "open"


def test_it_ends() -> None:
    mute = Mute(pattern="shop-*", until=AT + 10)
    muted = apply_mutes(INCIDENT, [mute], AT)
    assert muted.state == "muted"
    again = apply_mutes(muted, [mute], AT + 10)
    assert (again.state, again.muted_by) == ("open", "")
    assert [step.text for step in again.history[-2:]] == ["muted by shop-*", NO_LONGER]


def test_never_what_is_critical_even_if_it_became_so_while_muted() -> None:
    mute = Mute(pattern="*")
    worse = replace(apply_mutes(INCIDENT, [mute], AT), severity=Severity.critical)
    assert apply_mutes(worse, [mute], AT).state == "open"


def test_what_waits_for_a_person_can_be_muted_and_what_is_acted_upon_is_left_alone() -> None:
    waiting, acting = replace(INCIDENT, state="waiting"), replace(INCIDENT, state="acting")
    assert apply_mutes(waiting, [Mute(pattern="*")], AT).state == "muted"
    assert apply_mutes(acting, [Mute(pattern="*")], AT) is acting
