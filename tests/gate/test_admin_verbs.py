from __future__ import annotations

import os
from typing import get_args

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.protocol import AnyRequest
from tests.gate.stage import ADMIN, DAEMON, bus_of, kinds, make_gate, propose, say

VERBS = {"resume": {}, "unlock": {}, "enroll": {}, "reload": {}, "audit": {}, "autonomy": {"level": "observe"}}


@pytest.mark.parametrize("verb", [*VERBS, "release"])
async def test_r10_r20_the_daemon_is_not_heard_on_any_of_these(tmp_path, verb):
    gate = make_gate(tmp_path)
    fields = {**VERBS, "release": {"target": "web.service"}}[verb]
    with pytest.raises(Refused, match="administrator's socket"):
        await say(gate, DAEMON, verb, **fields)
    assert kinds(gate) == []


async def test_the_daemon_may_hold_back_what_waits(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    number = (await propose(gate, "web.service"))["id"]
    assert (await say(gate, DAEMON, "reject", id=number))["state"] == "rejected"
    assert bus_of(gate).done == []


async def test_r10_autonomy_moves_below_the_ceiling_and_is_kept(tmp_path):
    gate = make_gate(tmp_path, level="auto-safe")
    assert (await say(gate, ADMIN, "autonomy"))["level"] == "auto-safe"
    with pytest.raises(Refused, match=r"caps .* auto-safe"):
        await say(gate, ADMIN, "autonomy", level="auto-full")
    assert (await say(gate, ADMIN, "autonomy", level="observe"))["level"] == "observe"
    gate.database.close()
    again = make_gate(tmp_path, level="auto-full")
    assert again.level == "observe"
    again.database.close()
    assert make_gate(tmp_path, level="observe").level == "observe"


async def test_r10_a_spoilt_setting_is_the_most_careful_one(tmp_path):
    gate = make_gate(tmp_path)
    with gate.database.writing() as writer:
        writer.execute("INSERT INTO settings VALUES ('autonomy', 'all')")
    assert gate.level == "observe"


async def test_a_trial_is_capped_at_suggest_and_its_user_approves(tmp_path):
    gate = make_gate(tmp_path, level="auto-full", trial_uid=DAEMON.uid)
    with pytest.raises(Refused, match="a trial caps"):
        await say(gate, ADMIN, "autonomy", level="auto-full")
    waiting = await propose(gate, "web.service")
    assert waiting["state"] == "waiting"
    me = type(ADMIN)(uid=DAEMON.uid, door="admin")
    done = await say(gate, me, "approve", id=waiting["id"], hash=waiting["hash"])
    assert (done["state"], done["approver"]) == ("done", "uid 991 (trial)")


async def test_a_rejected_proposal_is_over(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    waiting = await propose(gate, "web.service")
    assert (await say(gate, ADMIN, "reject", id=waiting["id"]))["state"] == "rejected"
    for verb, more in (("reject", {}), ("approve", {"hash": waiting["hash"]})):
        with pytest.raises(Refused, match=f"{waiting['id']} is rejected"):
            await say(gate, ADMIN, verb, id=waiting["id"], **more)
    assert (await propose(gate, "web.service"))["id"] == "A-2"
    with pytest.raises(Refused, match="A-99"):
        await say(gate, ADMIN, "reject", id="A-99")


async def test_r07_a_policy_that_cannot_be_trusted_refuses_everything_until_it_is_mended(tmp_path):
    gate = make_gate(tmp_path)
    text = gate.policy_file.read_text()
    gate.policy_file.write_text("broken = ")
    assert "policy.toml" in (await say(gate, ADMIN, "reload"))["problem"]
    assert (await propose(gate, "web.service"))["state"] == "refused"
    assert (await say(gate, DAEMON, "explain", action="restart_unit", target="web.service"))["verdict"] == "refuse"
    gate.policy_file.write_text(text)
    assert (await say(gate, ADMIN, "reload"))["problem"] == ""
    assert (await propose(gate, "web.service"))["state"] == "done"


async def test_r19_a_policy_changed_after_the_proposal_voids_what_was_shown(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    waiting = await propose(gate, "web.service")
    gate.policy_file.write_text(gate.policy_file.read_text() + "# changed\n")
    await say(gate, ADMIN, "reload")
    with pytest.raises(Refused, match="policy"):
        await say(gate, ADMIN, "approve", id=waiting["id"], hash=waiting["hash"])
    fresh = await say(gate, ADMIN, "show", id=waiting["id"])
    assert (await say(gate, ADMIN, "approve", id=fresh["id"], hash=fresh["hash"]))["state"] == "done"


async def test_an_approval_under_a_policy_that_now_refuses_is_refused(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    waiting = await propose(gate, "web.service")
    gate.policy_file.write_text("")
    await say(gate, ADMIN, "reload")
    with pytest.raises(Refused, match="no rule"):
        await say(gate, ADMIN, "approve", id=waiting["id"], hash=waiting["hash"])


async def test_the_log_is_read_in_pages(tmp_path):
    gate = make_gate(tmp_path)
    await propose(gate, "web.service")
    first = await say(gate, ADMIN, "audit", limit=2)
    assert [record["kind"] for record in first["records"]] == ["proposed", "decided"]
    rest = await say(gate, ADMIN, "audit", after=2)
    assert [record["kind"] for record in rest["records"]] == ["intent", "outcome", "outcome"]
    assert {record["action"] for record in rest["records"]} == {"restart_unit"}


async def test_a_decision_made_twice_at_once_counts_once(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    waiting = await propose(gate, "web.service")
    read = gate.judge.read

    async def rejected_meanwhile(*said):
        reading = await read(*said)
        await say(gate, ADMIN, "reject", id=waiting["id"])
        return reading

    gate.judge.read = rejected_meanwhile
    with pytest.raises(Refused, match="meanwhile"):
        await say(gate, ADMIN, "approve", id=waiting["id"], hash=waiting["hash"])
    assert bus_of(gate).done == []
    assert os.path.lexists(gate.policy_file)


def test_every_kind_of_request_has_its_verb(tmp_path):
    assert set(make_gate(tmp_path).verbs()) == set(get_args(AnyRequest))
