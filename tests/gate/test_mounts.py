"""R35: mounting and unmounting are judged by all that PID 1 does with them, though the policy names a place alone."""

from __future__ import annotations

from typing import Any

import pytest

from stillwatch.gate.change.catalogue import CATALOGUE
from tests.gate.stage import ADMIN, Stage, Units, bus_of, failed, make_gate, propose, running, say

PLACE, UNIT = "/srv/photos", "srv-photos.mount"
POLICY = f"""
protected = ["ledger.service"]
[[rule]]
name = "never-batch"
targets = ["batch.service"]
verdict = "refuse"
[[rule]]
name = "all"
verdict = "ask"
[[mounts]]
path = "{PLACE}"
"""


class Mounts(Stage):
    """A host whose declared place is mounted and unmounted at a word."""

    mounted = False

    async def act(self, request):
        self.asked.append(request)
        self.mounted = request["do"] == "mount"
        return {}

    async def peek(self, request):
        return {"what": "8:2" if self.mounted else "", "entries": 0}


@pytest.fixture
def gate(tmp_path) -> Any:
    units = Units(failed(UNIT, active_state="inactive"), running("batch.service"), running("web.service"))
    units.units |= {"ledger.service": running("ledger.service")}
    return make_gate(tmp_path, stage=Mounts(units), policy=POLICY, catalogue=CATALOGUE, level="suggest")


async def mounted(gate) -> str:
    waiting = await propose(gate, PLACE, "mount_unit")
    done = await say(gate, ADMIN, "approve", id=waiting["id"], hash=waiting["hash"])
    assert done["state"] == "done", done
    bus_of(gate).units[UNIT] = running(UNIT)
    return str(done["id"])


@pytest.mark.parametrize("relation", ["Conflicts", "Wants", "OnFailure"])
@pytest.mark.parametrize("other", ["batch.service", "ledger.service"])
async def test_r35_a_mount_that_takes_along_what_may_not_be_touched_is_refused(gate, relation, other):
    if relation != "Conflicts":
        bus_of(gate).units[other] = failed(other)
    bus_of(gate).links[UNIT] = {relation: (other,)}
    reply = await propose(gate, PLACE, "mount_unit")
    assert reply["decision"]["rule"] == ("protected" if other == "ledger.service" else "never-batch")


async def test_r35_unmounting_stops_what_needs_the_place_and_says_so(gate):
    change = await mounted(gate)
    bus_of(gate).needed_by[UNIT] = ("web.service",)
    reply = await propose(gate, change, "undo")
    assert reply["state"] == "waiting" and "web.service" in reply["shown"]["blast_radius"]


@pytest.mark.parametrize(("other", "rule"), [("batch.service", "never-batch"), ("ledger.service", "protected")])
async def test_r35_unmounting_what_a_refused_or_protected_unit_needs_is_refused(gate, other, rule):
    change = await mounted(gate)
    bus_of(gate).needed_by[UNIT] = (other,)
    assert (await propose(gate, change, "undo"))["decision"]["rule"] == rule


async def test_a_place_that_nothing_needs_is_mounted_and_unmounted(gate):
    bus_of(gate).units |= dict.fromkeys(["systemd-fsck@dev-sdb1.service"], failed("systemd-fsck@dev-sdb1.service"))
    bus_of(gate).links[UNIT] = {"Wants": ("systemd-fsck@dev-sdb1.service",)}
    change = await mounted(gate)
    waiting = await propose(gate, change, "undo")
    done = await say(gate, ADMIN, "approve", id=waiting["id"], hash=waiting["hash"])
    assert done["state"] == "done" and [one["do"] for one in gate.judge.access.asked] == ["mount", "unmount"]


async def test_r22_what_somebody_else_mounted_there_since_is_not_unmounted(gate):
    change = await mounted(gate)
    seen = gate.judge.access.peek

    async def another(request):
        return {**await seen(request), "what": "8:3"}

    gate.judge.access.peek = another
    assert (await propose(gate, change, "undo"))["state"] == "refused"


async def test_r22_nor_where_it_was_mounted_anew_with_the_same_number(gate):
    """The kernel gives the number of a device that is gone to the next one; PID 1 counts its starts."""
    change = await mounted(gate)
    bus_of(gate).units[UNIT] = running(UNIT, invocation_id="another")
    assert (await propose(gate, change, "undo"))["state"] == "refused"


async def test_r06_the_place_itself_counts_where_its_backup_is_stale(tmp_path):
    backup = f'[[backups]]\nunit = "backup.service"\nprotects = ["{PLACE}"]\n'
    gate = make_gate(
        tmp_path, stage=Mounts(Units(failed(UNIT))), policy=POLICY + backup, catalogue=CATALOGUE, level="suggest"
    )
    assert (await propose(gate, PLACE, "mount_unit"))["risk"] == "high"
