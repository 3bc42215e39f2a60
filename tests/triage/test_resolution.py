from __future__ import annotations

from dataclasses import replace

import pytest

from stillwatch.records.cause import Cause
from stillwatch.records.event import Event, Untrusted
from stillwatch.records.incident import Incident
from stillwatch.records.trigger import UNKNOWN, Severity, Trigger
from stillwatch.records.unit import UnitState
from stillwatch.triage.group import group
from stillwatch.triage.resolution import GONE, LASTING_SECONDS, QUIET_SECONDS, STEADY_SECONDS, why_over
from tests.support.facts import facts

from .build import AT, failed, own, pid1, running, trigger, units

FULL = Trigger(
    rule="metric-disk",
    severity=pid1("x").severity,
    summary="full",
    subject="/srv",
    host="shop",
    count=1,
    first=AT,
    last=AT,
    cause="disk-full",
    events=(Event(host="shop", at=AT, source="metric", subject="/srv", text=Untrusted("99 %")),),
)
MARK = ("metric-disk", "/srv")


def opened(*triggers: Trigger, known: tuple[UnitState, ...] = ()) -> Incident:
    (found,) = group(triggers, units(*known), AT)
    return found


WEB = opened(pid1("web.service", last=AT - 30), known=(failed("web.service"),))


def over(
    incident: Incident, *known: UnitState, at: float = AT, still: set[tuple[str, str]] | None = None
) -> str | None:
    return why_over(incident, units(*known), still, at)


def test_a_unit_that_runs_steadily_is_well_again() -> None:
    assert facts(over(WEB, running("web.service", changed_at=AT - STEADY_SECONDS))) == ["web.service"]


def test_a_unit_is_known_by_its_alias_too() -> None:
    alias = running("web-1.service", names=("web-1.service", "web.service"))
    assert facts(over(WEB, alias)) == ["web.service"]


@pytest.mark.parametrize(
    "unit",
    [
        failed("web.service"),
        running("web.service", changed_at=AT - STEADY_SECONDS + 0.1),
        running("web.service", sub_state="auto-restart"),
        running("web.service", active_state="activating", sub_state="start"),
        running("web.service", active_state="inactive", sub_state="dead", exit_status=1),
        running("web.service", restarts=5, changed_at=AT - 60),
    ],
)
def test_a_unit_that_is_not_well_or_not_yet_steady_is_not_over(unit: UnitState) -> None:
    assert over(WEB, unit) is None


def test_a_unit_that_complained_a_moment_ago_is_not_over() -> None:
    talking = opened(pid1("web.service", last=AT - 2), known=(failed("web.service"),))
    assert over(talking, running("web.service")) is None
    assert over(talking, running("web.service"), at=AT + STEADY_SECONDS) is not None


def test_a_unit_that_is_gone_is_over_soon_and_not_where_no_unit_is_known() -> None:
    assert over(WEB, running("other.service")) == GONE
    assert over(WEB) is None, "units that cannot be read are not gone"
    assert over(WEB, at=AT + QUIET_SECONDS) is not None


def test_text_about_nothing_that_can_be_looked_at_is_over_after_a_long_silence() -> None:
    said = opened(trigger("backup", "network", last=AT))
    assert over(said, running("other.service"), at=AT + QUIET_SECONDS) is None
    assert over(said, running("other.service"), at=AT + QUIET_SECONDS + 1) == GONE


def test_a_metric_is_over_when_the_last_reading_is_well() -> None:
    full = opened(FULL)
    assert over(full, still={MARK}) is None
    assert over(full, still={("metric-disk", "/other")}) == GONE


def test_a_metric_is_not_over_before_the_first_reading() -> None:
    assert over(opened(FULL), at=AT + 10 * QUIET_SECONDS, still=None) is None


def test_all_of_it_must_be_over() -> None:
    both = replace(WEB, triggers=(*WEB.triggers, FULL))
    assert over(both, running("web.service"), still={MARK}) is None
    assert over(both, running("web.service"), still=set()) is not None


def test_what_is_resolved_or_has_no_triggers_is_left_alone() -> None:
    well = running("web.service")
    assert over(replace(WEB, state="resolved"), well) is None
    assert over(replace(WEB, triggers=()), well) is None


def test_what_somebody_wrote_for_a_model_stands_though_the_unit_that_it_names_is_well() -> None:
    planted = opened(trigger("web.service", "prompt-injection", at=AT), known=(running("web.service"),))
    assert over(planted, running("web.service"), at=AT + 60) is None
    assert over(planted, running("web.service"), at=AT + QUIET_SECONDS + 1)


def test_a_service_that_runs_does_not_unsay_who_attacked_it() -> None:
    ssh = running("ssh.service", changed_at=AT - 9000)
    tried = opened(trigger("ssh.service", "brute-force", severity=Severity.medium, writer="ssh.service"), known=(ssh,))
    assert over(tried, ssh, at=AT + QUIET_SECONDS / 2) is None
    assert over(tried, ssh, at=AT + QUIET_SECONDS * 2) is not None
    entered = opened(trigger("ssh.service", "brute-force", severity=Severity.high, writer="ssh.service"), known=(ssh,))
    assert over(entered, ssh, at=AT + QUIET_SECONDS * 2) is None
    assert over(entered, ssh, at=AT + LASTING_SECONDS * 2) is not None


@pytest.mark.parametrize(
    ("cause", "since", "stays"),
    [
        ("permission", -9000.0, True),
        ("permission", 1.0, False),
        ("dependency-failed", -9000.0, False),
        ("other", -9000.0, False),
    ],
)
def test_a_service_that_was_not_asked_again_has_not_mended_itself(cause: str, since: float, stays: bool) -> None:
    ran = running("web.service", changed_at=AT - 9000)
    said = opened(own("web.service", cause, first=AT, last=AT + 0.5, count=5), known=(ran,))
    now = running("web.service", changed_at=AT + since)
    assert (over(said, now, at=AT + QUIET_SECONDS / 2) is None) is stays
    assert over(said, now, at=AT + QUIET_SECONDS + 2) is not None


def said_at_start(rule: str, cause: str, run: str = "run2") -> Incident:
    told = own("web.service", cause, rule=rule, first=AT - 900, last=AT - 900)
    fields = {**told.events[0].fields, "systemd_invocation_id": run}
    heard = replace(told, events=(replace(told.events[0], fields=fields),))
    return opened(heard, known=(running("web.service", changed_at=AT - 900, invocation_id=run),))


@pytest.mark.parametrize(("rule", "cause", "found"), [("config", "bad-config", ""), (UNKNOWN, "other", "port-in-use")])
def test_what_was_said_as_it_started_is_not_over_because_it_runs(rule: str, cause: str, found: str) -> None:
    incident = said_at_start(rule, cause)
    if found:
        incident = replace(incident, cause=Cause(id=found, object="x", text="x"))
    soon, later = AT - 900 + STEADY_SECONDS + 1, AT - 899 + QUIET_SECONDS
    same = running("web.service", changed_at=AT - 900, started_at=AT - 900, invocation_id="run2")
    anew = running("web.service", changed_at=AT - 890, started_at=AT - 890, invocation_id="run3")
    assert over(incident, same, at=soon) is None
    assert (over(incident, same, at=later) is None) == (cause == "bad-config")
    assert over(incident, anew, at=soon + 20)
