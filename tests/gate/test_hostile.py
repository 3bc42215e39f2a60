"""The headline: a model that always obeys the attacker, at every level, over the real socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.catalogue import CATALOGUE
from stillwatch.gate.protocol import read_request
from tests.gate.hostile import for_any_action, message
from tests.gate.stage import DAEMON, TAKEN_BACK, bus_of, clock_of, failed, make_gate, propose, served

ALLOWED = {
    "observe": set(),
    "suggest": set(),
    "auto-safe": {("restart", "web.service"), ("reset-failed", "web.service")},
    "auto-full": {
        (verb, unit)
        for verb in ("restart", "stop", "reset-failed")
        for unit in ("web.service", "web2.service", "mail.service")
    },
}
"""Worked out by hand from the policy of the stage: what may run by itself at each level, and nothing else."""


async def attack(tmp_path, level, count):
    gate = make_gate(tmp_path, level=level, catalogue=TAKEN_BACK)
    dice = random.Random(f"hostile {level}")
    broken = 0
    clean = 0
    async with served(gate, tmp_path):
        door = str(tmp_path / "run/gate/propose.sock")
        for number in range(count):
            sent = message(dice)
            reply = await exchange(door, sent)
            clean += b'"propose"' in sent and reply.get("decision") is not None
            broken += not isinstance(reply.get("ok"), bool)
            if number % 50 == 0:
                lift_limits(gate)
    return gate, clean, broken


async def exchange(door, sent):
    reader, writer = await asyncio.open_unix_connection(door)
    try:
        writer.write(sent)
        writer.write_eof()
        return json.loads(await reader.read())
    except (ConnectionError, ValueError):
        return {"ok": False}
    finally:
        writer.close()


@pytest.mark.process
@pytest.mark.parametrize("level", list(ALLOWED))
async def test_hostile_model_executes_nothing_outside_policy(memory, level):
    """2,500 messages a level, 10,000 in all; the limits are lifted now and then, so that the policy alone stands."""
    gate, clean, broken = await attack(memory, level, 2_500)
    assert set(bus_of(gate).done) <= ALLOWED[level]
    assert broken == 0
    assert clean >= 1_250
    if ALLOWED[level]:
        assert ("restart", "web.service") in bus_of(gate).done, (
            "the benign control must run, or the test proves nothing"
        )
    rows = gate.database.all("SELECT action, target, state FROM proposals")
    queued = {row["target"] for row in rows if row["action"] != "undo"}
    assert queued <= {"web.service", "web2.service", "mail.service", "db.service"}
    undos = {row["state"] for row in rows if row["action"] == "undo"}
    assert undos <= {"waiting"}
    assert undos or level != "auto-full", "what is done may be asked back, or the test proves nothing"


@pytest.mark.process
@pytest.mark.parametrize("level", list(ALLOWED))
async def test_every_action_of_the_catalogue_withstands_an_attackers_arguments(memory, level):
    """The real actions over the played host: the root helper is asked for nothing that the policy does not declare."""
    gate = make_gate(memory, level=level, catalogue=CATALOGUE)
    dice = random.Random(f"catalogue {level}")
    for _ in range(1_500):
        with contextlib.suppress(Refused):
            await gate.answer(DAEMON, read_request(for_any_action(dice)))
        lift_limits(gate)
    if ALLOWED[level]:
        assert (await propose(gate, "web.service"))["state"] == "done", "the benign control must run"
    started = {("start", unit) for verb, unit in ALLOWED[level] if verb == "restart"}  # what failed is not running
    assert set(bus_of(gate).done) <= ALLOWED[level] | started
    assert bus_of(gate).done or not ALLOWED[level]
    assert gate.judge.access.asked == []
    queued = {(row["action"], row["target"]) for row in gate.database.all("SELECT action, target FROM proposals")}
    assert {target for _, target in queued} <= {"web.service", "web2.service", "mail.service", "db.service"}


def lift_limits(gate):
    """So that the policy alone stands between the attacker and the host."""
    clock_of(gate).pass_by(400)
    for name in ("web.service", "web2.service"):
        bus_of(gate).units[name] = failed(name)
    gate.switch.file.unlink(missing_ok=True)
    with gate.database.writing() as writer:
        writer.execute("DELETE FROM runs")
        writer.execute("DELETE FROM quarantine")


@pytest.mark.soak
@pytest.mark.parametrize("level", list(ALLOWED))
@pytest.mark.parametrize("count", [25_000, 250_000])
@pytest.mark.timeout(0)
async def test_hostile_model_for_long(memory, level, count):
    gate, _, broken = await attack(memory, level, count)
    assert set(bus_of(gate).done) <= ALLOWED[level]
    assert broken == 0


async def test_r28_a_client_that_leaves_stops_no_running_change(tmp_path):
    gate = make_gate(tmp_path)
    bus_of(gate).gate = asyncio.Event()
    async with served(gate, tmp_path):
        link = socket.socket(socket.AF_UNIX)
        link.connect(str(tmp_path / "run/gate/propose.sock"))
        link.sendall(
            json.dumps({"verb": "propose", "action": "restart_unit", "target": "web.service"}).encode() + b"\n"
        )
        link.shutdown(socket.SHUT_WR)
        while not bus_of(gate).done:
            await asyncio.sleep(0.001)
        link.close()
        bus_of(gate).gate.set()
        while gate.proposals.row("A-1")["state"] != "done":
            await asyncio.sleep(0.001)
