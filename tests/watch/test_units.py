from __future__ import annotations

import pytest

from stillwatch.records.event import Event, Untrusted
from stillwatch.watch.units import judge_unit


def unit(**fields: str) -> Event:
    return Event(host="h", at=1.0, source="unit", subject="shop.service", text=Untrusted(""), fields=fields)


@pytest.mark.parametrize(
    ("result", "status", "cause"),
    [
        ("exit-code", "203", "missing-executable"),
        ("exit-code", "200", "missing-path"),
        ("exit-code", "217", "other"),
        ("exit-code", "1", "exit-code"),
        ("oom-kill", "9", "oom"),
        ("watchdog", "6", "watchdog"),
        ("timeout", "15", "timeout"),
        ("signal", "9", "crash"),
        ("core-dump", "11", "crash"),
        ("start-limit-hit", "203", "missing-executable"),
        ("start-limit-hit", "1", "restart-loop"),
        ("brand-new", "1", "other"),
    ],
)
def test_the_result_of_a_failed_unit_names_the_cause(result: str, status: str, cause: str) -> None:
    trigger = judge_unit(unit(active_state="failed", sub_state="failed", result=result, exit_status=status), "h")
    assert trigger is not None
    assert (trigger.rule, trigger.cause, trigger.trusted, trigger.subject) == (
        "unit-failed",
        cause,
        True,
        "shop.service",
    )


def test_a_unit_that_is_started_again_and_again() -> None:
    fields = {"active_state": "activating", "sub_state": "auto-restart", "result": "exit-code", "exit_status": "1"}
    loop = judge_unit(unit(**fields, restarts="5"), "h")
    once = judge_unit(unit(**fields, restarts="1"), "h")
    assert loop is not None
    assert once is not None
    assert (loop.rule, loop.cause) == ("unit-restart-loop", "restart-loop")
    assert (once.rule, once.cause) == ("unit-restarting", "exit-code")


@pytest.mark.parametrize(
    "fields",
    [
        {"active_state": "active", "sub_state": "running", "result": "success"},
        {"active_state": "inactive", "sub_state": "dead", "enabled": "disabled"},
        {"active_state": "activating", "sub_state": "start"},
        {"load_state": "not-found", "active_state": "inactive"},
        {},
    ],
)
def test_a_unit_at_rest_is_no_fault(fields: dict[str, str]) -> None:
    assert judge_unit(unit(**fields), "h") is None


def test_a_broken_unit_file() -> None:
    trigger = judge_unit(unit(load_state="bad-setting", active_state="inactive"), "h")
    assert trigger is not None
    assert trigger.cause == "bad-config"


OFF = {"enabled": "disabled", "active_state": "inactive", "active_at": "900", "kind": "timer"}
OWN = "/etc/systemd/system/backup.timer"
PACKAGED = "/lib/systemd/system/backup.timer"


def timer(at: float = 1000.0, **fields: str) -> Event:
    return Event(host="h", at=at, source="unit", subject="backup.timer", text=Untrusted(""), fields=fields)


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({**OFF, "fragment_path": OWN}, "medium"),
        ({**OFF, "fragment_path": OWN, "enabled": "enabled"}, "medium"),
        ({**OFF, "fragment_path": OWN, "active_state": "active"}, "low"),
        ({**OFF, "fragment_path": PACKAGED}, "low"),
        ({**OFF, "fragment_path": PACKAGED, "enabled": "masked"}, "low"),
    ],
)
def test_a_timer_that_ran_and_was_switched_off(fields: dict[str, str], severity: str) -> None:
    trigger = judge_unit(timer(**fields), "h")
    assert trigger is not None
    assert (trigger.cause, str(trigger.severity), trigger.trusted) == ("timer-disabled", severity, True)
    assert "success" not in trigger.summary


@pytest.mark.parametrize(
    "fields",
    [
        {**OFF, "fragment_path": OWN, "active_at": ""},
        {**OFF, "fragment_path": OWN, "enabled": "enabled", "active_state": "active"},
        {**OFF, "fragment_path": OWN, "enabled": "static"},
        {**OFF, "fragment_path": OWN, "enabled": "transient"},
    ],
)
def test_a_timer_that_never_ran_or_is_as_wanted_is_no_fault(fields: dict[str, str]) -> None:
    assert judge_unit(timer(**fields), "h") is None


@pytest.mark.parametrize(("place", "severity"), [(OWN, "medium"), (PACKAGED, "low")])
def test_a_timer_that_runs_and_never_elapses(place: str, severity: str) -> None:
    state = {"enabled": "enabled", "active_state": "active", "sub_state": "elapsed", "fragment_path": place}
    assert judge_unit(timer(**state), "h") is None
    found = judge_unit(timer(**state, never_elapses="yes"), "h")
    assert found is not None and (found.cause, str(found.severity)) == ("timer-disabled", severity)


def test_a_packages_timer_that_has_been_off_for_long_is_taken_for_wanted_so() -> None:
    assert judge_unit(timer(at=900.0 + 30 * 86400, **OFF, fragment_path=PACKAGED), "h") is None
    assert judge_unit(timer(at=900.0 + 30 * 86400, **OFF, fragment_path=OWN), "h") is not None


@pytest.mark.parametrize(("result", "told"), [("success", False), ("", False), ("exit-code", True)])
def test_a_poller_that_ends_well_and_is_started_again_is_at_work(result: str, told: bool) -> None:
    fields = {"active_state": "activating", "sub_state": "auto-restart", "result": result, "restarts": "900"}
    assert (judge_unit(unit(**fields), "h") is not None) is told
