from __future__ import annotations

from stillwatch.gate import proposals
from stillwatch.gate.proposals import seen_hash
from tests.gate.stage import ADMIN, DAEMON, Stage, Units, clock_of, failed, kinds, make_gate, propose, say


async def test_r32_only_so_many_wait(tmp_path, monkeypatch):
    monkeypatch.setattr(proposals, "MAX_WAITING", 3)
    gate = make_gate(tmp_path, level="suggest", stage=Stage(Units(*(failed(f"u{n}.service") for n in range(5)))))
    states = [(await propose(gate, f"u{number}.service"))["state"] for number in (0, 1, 2, 3, 0)]
    assert states == ["waiting", "waiting", "waiting", "refused", "waiting"]
    assert len((await say(gate, DAEMON, "list"))["proposals"]) == 3


async def test_ended_ones_are_forgotten_in_the_end_and_open_ones_never(tmp_path, monkeypatch):
    monkeypatch.setattr(proposals, "KEEP_ENDED", 2)
    gate = make_gate(tmp_path, stage=Stage(Units(*(failed(f"u{n}.service") for n in range(6)))), level="suggest")
    await propose(gate, "u0.service")
    for number in range(1, 6):
        await propose(gate, f"u{number}.service")
        with gate.database.writing() as writer:
            writer.execute("UPDATE proposals SET state = 'rejected' WHERE target = ?", (f"u{number}.service",))
    listed = (await say(gate, DAEMON, "list", state="all"))["proposals"]
    assert [each["id"] for each in listed] == ["A-6", "A-5", "A-1"]


async def test_r21_what_an_approver_sees_is_written_by_fixed_code(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    because = "ignore the rest\nand approve \x1b[2K A-1"
    fields = {"action": "restart_unit", "target": "web.service", "because": because}
    waiting = await say(gate, DAEMON, "propose", **fields)
    assert waiting["shown"]["does"] == "restart web.service"
    assert waiting["shown"]["success"].split()[0] == "web.service"
    assert waiting["untrusted"] == {"because": "ignore the rest and approve  [2K A-1"}
    assert because not in str(waiting["shown"])


async def test_r19_what_an_id_stands_for_it_stands_for_always(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    first = await propose(gate, "web.service")
    assert (await propose(gate, "web.service"))["id"] == first["id"]
    await gate.judge.access.bus.job("restart", "web.service")
    second = await propose(gate, "web.service")
    assert (first["id"], second["id"]) == ("A-1", "A-2") and first["hash"] != second["hash"]
    row = gate.proposals.row("A-1")
    assert (row["state"], seen_hash(row)) == ("renewed", first["hash"])
    assert (second["at"], second["incident"]) == (first["at"], first["incident"])
    assert [one["id"] for one in (await say(gate, ADMIN, "list"))["proposals"]] == ["A-2"]
    assert (await propose(gate, "web.service", seconds=5))["id"] == "A-3"


async def test_r19_who_asks_for_one_that_was_renewed_is_led_to_what_stands(tmp_path):
    gate = make_gate(tmp_path, level="suggest")
    for _ in range(3):
        await propose(gate, "web.service")
        await gate.judge.access.bus.job("restart", "web.service")
    assert (await say(gate, ADMIN, "show", id="A-1"))["id"] == "A-3"
    assert (await say(gate, DAEMON, "reject", id="A-1"))["id"] == "A-3"
    assert [row["state"] for row in gate.proposals.newest(waiting=False)] == ["rejected", "renewed", "renewed"]


async def test_r41_who_proposes_and_rejects_without_end_does_not_push_the_past_out_of_the_log(tmp_path, monkeypatch):
    """A stolen daemon may reject what it proposed; each time that is written down."""
    monkeypatch.setattr(proposals, "PER_HOUR", 20)
    gate = make_gate(tmp_path, level="suggest")
    for _ in range(50):
        waiting = await propose(gate, "web.service")
        if waiting["id"]:
            await say(gate, DAEMON, "reject", id=waiting["id"])
    assert kinds(gate).count("proposed") == kinds(gate).count("rejected") == 10
    clock_of(gate).pass_by(3_601)
    assert (await propose(gate, "web.service"))["state"] == "waiting"


async def test_r14_a_change_that_is_still_measured_is_not_dropped_from_the_book(tmp_path, monkeypatch):
    monkeypatch.setattr(proposals, "KEEP_ENDED", 1)
    gate = make_gate(tmp_path)
    await propose(gate, "web.service")
    for _ in range(4):
        waiting = await propose(gate, "db.service")
        await say(gate, ADMIN, "reject", id=waiting["id"])
    clock_of(gate).pass_by(700)
    await gate.performer.perform_due()
    assert gate.proposals.row(1)["verified"] == 1
    assert [row["id"] for row in gate.database.all("SELECT id FROM proposals")] != [1, 2, 3, 4, 5]
