from __future__ import annotations

from stillwatch.host.unitproperties import status_line, unit_event
from stillwatch.host.unitstate import as_state

FAILED = {
    "Id": "shop.service",
    "Names": ["shop.service", "shop-alias.service"],
    "Description": "Shop \x1b[31mred\nsecond line",
    "ActiveState": "failed",
    "SubState": "failed",
    "LoadState": "loaded",
    "Result": "exit-code",
    "ExecMainCode": 1,
    "ExecMainStatus": 203,
    "NRestarts": 5,
    "ExecStart": [["/usr/bin/shop", ["shop", "--port", "1"], False, 0, 0, 0, 0, 0, 0, 0]],
    "Environment": ["PASSWORD=hunter2", "EMPTY="],
    "StateChangeTimestamp": 1_500_000,
    "InvocationID": b"\x01\xff",
}


def test_a_failed_unit_becomes_a_record_and_an_event() -> None:
    state = as_state(FAILED)
    assert state.exec_start == ("/usr/bin/shop", "--port", "1")
    assert state.environment == {"PASSWORD": "hunter2", "EMPTY": ""}
    event = unit_event(state, "h", 9.0)
    assert (event.at, event.subject, event.source) == (1.5, "shop.service", "unit")
    assert (event.fields["result"], event.fields["exit_status"], event.fields["restarts"]) == ("exit-code", "203", "5")
    assert "hunter2" not in repr(event)


def test_the_line_is_one_line_without_control_characters() -> None:
    line = status_line(as_state(FAILED))
    assert "203/EXEC" in line
    assert "5 restarts" in line
    assert line.isprintable()


def test_an_empty_answer_gives_defaults() -> None:
    assert as_state({"Id": "x.mount"}).kind == "mount"
    assert unit_event(as_state({}), "h", 9.0).at == 9.0


def test_only_a_timers_event_tells_when_it_ran() -> None:
    timer = as_state({"Id": "x.timer", "ActiveExitTimestamp": 9_000_000})
    assert unit_event(timer, "h", 1.0).fields["active_at"] == "9"
    assert "active_at" not in unit_event(as_state({**FAILED, "ActiveExitTimestamp": 9_000_000}), "h", 1.0).fields
