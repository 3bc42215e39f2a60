from __future__ import annotations

from dataclasses import replace

import pytest

from stillwatch.incidents.aftermath import next_start, still_down
from stillwatch.records.action import Proposal
from stillwatch.records.incident import Step
from stillwatch.records.unit import UnitState
from tests.think.incidents import incident

AT = 1_800_000_000.0


def unit(name: str, **more: object) -> UnitState:
    given = {"active_state": "inactive", "enabled": "enabled", "load_state": "loaded", "changed_at": AT + 1, **more}
    return UnitState(name=name, names=(name,), **given)  # type: ignore[arg-type]


MENDED = replace(
    incident(), subject="db.service", opened=AT, proposal=Proposal(action="start_unit", target="db.service")
)
ROOT = unit("db.service", active_state="active", required_by=("api.service", "web.service"))
API = unit("api.service", requires=("db.service",))
WEB = unit("web.service", requires=("api.service", "db.service"))


def known(*units: UnitState) -> dict[str, UnitState]:
    return {one.name: one for one in (ROOT, *units)}


def test_what_needs_the_root_and_went_down_with_it_what_needs_least_first() -> None:
    down = still_down(MENDED, known(WEB, API))
    assert [one.name for one in down] == ["api.service", "web.service"]
    first = next_start(MENDED, down)
    assert first is not None and (first.action, first.target) == ("start_unit", "api.service")


@pytest.mark.parametrize(
    "more",
    [
        {"active_state": "active"},
        {"enabled": "disabled"},
        {"load_state": "masked"},
        {"kind": "oneshot"},
        {"changed_at": AT - 500},
    ],
)
def test_what_is_up_or_was_down_before_or_is_not_wanted_is_left_alone(more: dict[str, object]) -> None:
    assert still_down(MENDED, known(unit("api.service", **more))) == ()


def test_each_is_started_once_only() -> None:
    tried = Step(at=AT, by="gate", text="start unit api.service: done, verified; …")
    again = next_start(replace(MENDED, history=(tried,)), (API, WEB))
    assert again is not None and again.target == "web.service"
    assert next_start(replace(MENDED, history=(tried,)), (API,)) is None


def test_a_job_that_failed_of_it_is_run_again() -> None:
    job = unit("copy.service", kind="oneshot", active_state="failed", enabled="static", triggered_by=("copy.timer",))
    root = replace(ROOT, required_by=("copy.service",))
    (down,) = still_down(MENDED, {"db.service": root, "copy.service": job})
    again = next_start(MENDED, (down,))
    assert again is not None and (again.action, again.target) == ("run_job", "copy.service")
