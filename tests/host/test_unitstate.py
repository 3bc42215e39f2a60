from __future__ import annotations

import pytest

from stillwatch.host.unitstate import as_state
from tests.host.test_unitproperties import FAILED


def test_limits_programs_and_needed_files() -> None:
    step = ["/opt/prepare", ["prepare"], False, 0, 0, 0, 0, 0, 0, 0]
    more = {
        "MemoryMax": 200 << 20,
        "MemoryHigh": 2**64 - 1,
        "ExecStartPre": [step],
        "EnvironmentFiles": [["/etc/default/shop", False], ["/etc/default/extra", True]],
        "LoadCredential": [["till", "/etc/shop/till.token"], ["spare", "/etc/shop/spare"], ["passed", "passed"]],
        "LoadCredentialEncrypted": [["key", "/etc/shop/key.cred"]],
        "SetCredential": [["spare", [49]]],
        "WorkingDirectory": "!/srv/shop",
        "ActiveEnterTimestamp": 5_000_000,
        "ActiveExitTimestamp": 9_000_000,
    }
    state = as_state({**FAILED, **more})
    assert (state.memory_max, state.memory_high, state.active_at) == (200 << 20, 0, 9.0)
    assert state.programs == ("/opt/prepare", "/usr/bin/shop")
    assert state.environment_files == ("/etc/default/shop",)
    assert state.credentials == ("/etc/shop/till.token", "/etc/shop/key.cred")
    assert state.working_directory == "/srv/shop"


def test_a_program_is_named_by_its_path_whatever_it_calls_itself() -> None:
    state = as_state(FAILED)
    assert state.exec_start == ("/usr/bin/shop", "--port", "1")
    assert (state.names, state.invocation_id) == (("shop-alias.service", "shop.service"), "01ff")


def test_what_is_not_told_or_of_another_kind_keeps_its_default() -> None:
    odd = as_state({"Id": 7, "NRestarts": "many", "ExecStart": []})
    assert (odd.name, odd.restarts, odd.exec_start, odd.environment) == ("", 0, (), None)


@pytest.mark.parametrize(
    ("more", "never"),
    [
        ({}, True),
        ({"LastTriggerUSec": 1_800_000_000_000_000}, False),
        ({"TimersCalendar": [["OnCalendar", "2025-01-01", 0]]}, False),
        ({"SubState": "waiting"}, False),
    ],
)
def test_a_timer_that_counts_only_from_a_run_that_never_was(more: dict[str, object], never: bool) -> None:
    values = {"Id": "a.timer", "SubState": "elapsed", "LastTriggerUSec": 0, "TimersCalendar": [], **more}
    assert as_state(values).never_elapses is never
