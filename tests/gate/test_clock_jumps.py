"""R33 through the whole gate: whoever sets the clock, by an hour or by ten years, neither loosens a limit nor locks."""

from __future__ import annotations

import asyncio

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.host.auditlog import check, read_records
from tests.gate.stage import ADMIN, DAEMON, ROOT, bus_of, clock_of, failed, kinds, make_gate, propose, say

YEARS = 10 * 365 * 86_400.0
JUMPS = (-YEARS, -86_400.0, -3_601.0, 3_601.0, 86_401.0, YEARS)


@pytest.fixture(params=JUMPS, ids=lambda seconds: f"{seconds / 3600:+.0f}h")
def jump(request):
    return request.param


async def again(gate):
    bus_of(gate).units["web.service"] = failed("web.service")
    return (await propose(gate, "web.service"))["state"]


async def test_r33_three_an_hour_and_quarantine_hold_and_end_by_the_time_that_ran(tmp_path, jump):
    gate = make_gate(tmp_path)
    for number in range(3):
        clock_of(gate).wall += jump * (-1) ** number
        assert await again(gate) == "done"
        clock_of(gate).pass_by(300)
        clock_of(gate).wall += jump
    assert await again(gate) == "waiting"
    assert gate.limits.quarantined() == ["web.service"]
    clock_of(gate).wall += jump
    assert await again(gate) == "waiting"
    await say(gate, ADMIN, "release", target="web.service")
    clock_of(gate).pass_by(3_601)
    clock_of(gate).wall += jump
    waiting = (await say(gate, DAEMON, "list"))["proposals"][0]["id"]
    await say(gate, ADMIN, "reject", id=waiting)
    assert await again(gate) == "done", "not locked for good"


async def test_r33_ten_a_day_hold_for_a_day_that_ran(tmp_path, jump):
    gate = make_gate(tmp_path)
    with gate.database.writing() as writer:
        for number in range(10):
            gate.limits.count(writer, "restart_unit", [f"u{number}.service"], 1_000 + number)
    clock_of(gate).wall += jump
    assert await again(gate) == "waiting"
    clock_of(gate).pass_by(86_401)
    clock_of(gate).wall -= jump
    await say(gate, ADMIN, "reject", id="A-1")
    assert await again(gate) == "done"


@pytest.mark.parametrize(("ran", "state"), [(890, "done"), (901, "waiting")])
async def test_r19_r33_an_approval_is_good_for_fifteen_minutes_that_ran(tmp_path, jump, ran, state):
    gate = make_gate(tmp_path, level="suggest")
    waiting = await propose(gate, "web.service")
    await say(gate, ROOT, "pause")
    await say(gate, ADMIN, "approve", id=waiting["id"], hash=waiting["hash"])
    clock_of(gate).pass_by(ran)
    clock_of(gate).wall += jump
    await say(gate, ROOT, "resume")
    await gate.performer.perform_due()
    assert (await say(gate, ADMIN, "show", id=waiting["id"]))["state"] == state


async def test_r14_r33_what_was_done_is_measured_by_the_time_that_ran(tmp_path, jump):
    gate = make_gate(tmp_path)
    assert await again(gate) == "done"
    clock_of(gate).wall += jump
    await gate.performer.perform_due()
    assert [row["delay"] for row in gate.database.all("SELECT delay FROM checks ORDER BY delay")] == [60, 600]
    clock_of(gate).pass_by(601)
    await gate.performer.perform_due()
    assert gate.database.all("SELECT * FROM checks") == []


async def test_r30_r33_the_log_keeps_its_order_whatever_the_clock_says(tmp_path, jump):
    gate = make_gate(tmp_path, level="suggest")
    for _ in range(5):
        waiting = await propose(gate, "db.service")
        clock_of(gate).wall += jump
        await say(gate, ADMIN, "reject", id=waiting["id"])
    seen = [record.shown() for record in gate.database.records(0, 100)]
    assert [one["kind"] for one in seen] == ["proposed", "decided", "rejected"] * 5
    assert check(read_records(tmp_path / "gate"), {}).whole


async def test_r19_of_many_approvals_at_once_exactly_one_runs(tmp_path):
    """Each is read and bound by itself, in whatever order the loop takes them."""
    gate = make_gate(tmp_path, level="suggest")
    waiting = await propose(gate, "db.service")
    bus_of(gate).gate = asyncio.Event()
    approving = [
        asyncio.create_task(say(gate, ADMIN, "approve", id=waiting["id"], hash=waiting["hash"])) for _ in range(25)
    ]
    while not bus_of(gate).done:
        await asyncio.sleep(0)
    bus_of(gate).gate.set()
    said = await asyncio.gather(*approving, return_exceptions=True)
    assert bus_of(gate).done == [("restart", "db.service")]
    assert sum(isinstance(one, dict) and one["state"] == "done" for one in said) == 1
    assert all(isinstance(one, dict | Refused) for one in said)
    assert kinds(gate).count("approved") == kinds(gate).count("intent") == 1
    await gate.performer.perform_due()
    assert len(bus_of(gate).done) == 1
