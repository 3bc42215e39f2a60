from __future__ import annotations

from dataclasses import replace

from stillwatch.records.trigger import UNKNOWN, Severity
from stillwatch.triage.sighting import Units, sight
from stillwatch.triage.standing import OPEN_TO_ALL, RESTARTED, is_well, severity_of

from .build import AT, failed, own, pid1, running, trigger


def test_who_is_well() -> None:
    assert is_well(running("a.service"), AT)
    assert not is_well(failed("a.service"), AT)
    assert not is_well(running("a.service", active_state="activating", sub_state="auto-restart"), AT)
    assert not is_well(running("a.service", restarts=5, changed_at=AT - 1), AT)
    assert is_well(running("a.service", restarts=5, changed_at=AT - 500), AT)
    assert is_well(running("job.service", active_state="inactive", sub_state="dead"), AT)
    assert not is_well(running("never.service", active_state="inactive", sub_state="dead", changed_at=0.0), AT)


def test_what_a_restart_does_not_take_away_still_matters() -> None:
    well = running("a.service", changed_at=AT - 1)
    killed = sight(pid1("a.service", "oom"), Units.of({}))
    assert severity_of([killed], [well], AT) is Severity.high
    told = sight(own("a.service", "oom"), Units.of({}))
    assert severity_of([told], [well], AT) is Severity.info


def test_a_single_complaint_of_a_running_unit_is_low_and_many_are_more() -> None:
    well = running("a.service", changed_at=AT - 500)
    assert severity_of([sight(own("a.service", "network"), Units.of({}))], [well], AT) is Severity.low
    many = sight(own("a.service", "network", count=3), Units.of({}))
    assert severity_of([many], [well], AT) is Severity.medium


def test_what_missed_others_only_while_it_started_is_no_alarm() -> None:
    well = running("a.service", changed_at=AT - 300)

    def after(seconds: float, cause: str = "dependency-failed") -> Severity:
        late = {"first": AT - 298, "last": AT - 300 + seconds, "count": 9}
        return severity_of([sight(own("a.service", cause, **late), Units.of({}))], [well], AT)

    assert after(20) is Severity.info
    assert after(20, "name-resolution") is Severity.info
    assert after(20, "permission") > Severity.info
    assert after(250) > Severity.info
    assert after(299) > Severity.info


def test_one_sick_unit_among_several_keeps_the_alarm() -> None:
    seen = [sight(pid1(name), Units.of({})) for name in ("a.service", "b.service")]
    assert severity_of(seen, [running("a.service"), failed("b.service")], AT) is Severity.high
    assert severity_of(seen, [running("a.service"), None], AT) is Severity.high


def test_hearsay_is_worth_no_alarm_and_planted_instructions_a_quiet_word() -> None:
    heard = sight(trigger("nginx.service", "oom", writer="session-3.scope"), Units.of({}))
    planted = sight(trigger("user-1000.slice", "prompt-injection", writer="user-1000.slice"), Units.of({}))
    assert severity_of([heard], [], AT) is Severity.info
    assert severity_of([heard, planted], [], AT) is Severity.low


def test_settings_that_were_left_out_at_the_start_are_left_out_since() -> None:
    well = running("a.service", changed_at=AT - 59.5, started_at=AT - 60)

    def told(cause: str, at: float) -> Severity:
        return severity_of([sight(own("a.service", cause, first=at, last=at), Units.of({}))], [well], AT)

    assert told("bad-config", AT - 59.9) is Severity.medium
    assert told("bad-config", AT - 61) is Severity.info
    assert told("network", AT - 59.9) is Severity.info


def test_a_file_that_anybody_may_change_matters_while_the_unit_is_well() -> None:
    open_file = sight(pid1("a.service", "permission", rule=OPEN_TO_ALL, severity=Severity.medium), Units.of({}))
    assert severity_of([open_file], [running("a.service")], AT) is Severity.medium


def test_counted_starts_of_what_ends_well_each_time_are_no_alarm() -> None:
    counted = sight(pid1("poll.service", "restart-loop", rule=RESTARTED), Units.of({}))
    again = {"active_state": "activating", "sub_state": "auto-restart", "restarts": 40}
    polls = running("poll.service", **again)
    assert severity_of([counted], [polls], AT) is Severity.info
    assert severity_of([counted], [running("poll.service", **again, exit_status=1)], AT) is Severity.high
    refused = sight(own("poll.service", "dependency-failed"), Units.of({}))
    assert severity_of([counted, refused], [polls], AT) is Severity.high


def test_what_it_called_an_error_as_it_started_holds_while_that_run_goes_on() -> None:
    """A daemon that forks is active a moment after it said what it misses."""
    well = running("a.service", changed_at=AT - 500, started_at=AT - 500, invocation_id="run2")

    def told(run: str, priority: str, cause: str = "missing-path", text: str = "", rule: str = "") -> Severity:
        said = own("a.service", cause, first=AT - 500.4, last=AT - 500.4, text=text, rule=rule)
        fields = {**said.events[0].fields, "systemd_invocation_id": run, "priority": priority}
        events = (replace(said.events[0], fields=fields),)
        return severity_of([sight(replace(said, events=events), Units.of({}))], [well], AT)

    assert told("run2", "3") is Severity.medium
    assert told("run1", "3") is Severity.info
    assert told("run2", "6") is Severity.info
    assert told("run2", "6", text="ModuleNotFoundError: No module named 'shop'") is Severity.medium
    assert told("run2", "3", "permission") is Severity.info
    assert told("run2", "6", "other", rule=UNKNOWN) is Severity.low
    assert told("run1", "6", "other", rule=UNKNOWN) is Severity.info


def test_a_path_that_the_unit_itself_names_is_missed_for_as_long_as_it_runs() -> None:
    said = own("a.service", "missing-path", first=AT - 500.4, last=AT - 500.4, path="/etc/a.json")
    events = (replace(said.events[0], fields={**said.events[0].fields, "systemd_invocation_id": "run2"}),)
    for named, severity in (("/etc/a.json", Severity.low), ("/etc/b.json", Severity.info)):
        well = running("a.service", changed_at=AT - 500, invocation_id="run2", exec_start=("/usr/bin/a", named))
        assert severity_of([sight(replace(said, events=events), Units.of({}))], [well], AT) is severity
