from __future__ import annotations

import os
from pathlib import Path

import pytest

from stillwatch.errors import NotReachable
from stillwatch.gate.client import ask_async
from stillwatch.gate.door import GateSocket
from stillwatch.records.action import Outcome, Proposal
from stillwatch.records.event import Untrusted
from stillwatch.views.gate import APPROVE, SHOW
from tests.gate.stage import make_gate, places_in, served

WEB = Proposal(action="restart_unit", target="web.service", because=Untrusted("x" * 9000))


async def test_a_proposal_goes_through_and_comes_back_as_a_record(tmp_path: Path) -> None:
    gate = make_gate(tmp_path, trial_uid=os.getuid())
    async with served(gate, tmp_path):
        paths = places_in(tmp_path)
        reply = await GateSocket(paths).propose(WEB, "I-1")
        assert (reply.id, reply.state, reply.decision.verdict, reply.outcome) == ("A-1", "waiting", "ask", None)
        shown = await ask_async(paths, SHOW, id="A-1")
        assert (shown.incident, len(shown.untrusted.because)) == ("I-1", 500)
        await ask_async(paths, APPROVE, door="admin", id="A-1", hash=shown.hash)
        done = await GateSocket(paths).look_up("A-1")
        assert done.outcome == Outcome(status="done", verified=True, said=Untrusted("web.service is active"))
        await GateSocket(paths).answers()


async def test_a_refusal_is_a_decision_and_no_exception(tmp_path: Path) -> None:
    async with served(make_gate(tmp_path, trial_uid=os.getuid()), tmp_path):
        door = GateSocket(places_in(tmp_path))
        assert (await door.propose(Proposal(action="restart_unit", target="ssh.service"), "")).state == "refused"
        odd = await door.propose(Proposal(action="x" * 100, target="web.service"), "")
        assert (odd.id, odd.decision.verdict) == ("", "refuse")


async def test_what_was_proposed_is_taken_back(tmp_path: Path) -> None:
    async with served(make_gate(tmp_path, trial_uid=os.getuid()), tmp_path):
        door = GateSocket(places_in(tmp_path))
        await door.propose(WEB, "I-1")
        await door.withdraw("A-1")
        assert (await door.look_up("A-1")).state == "rejected"


async def test_no_gate_is_not_reachable(tmp_path: Path) -> None:
    with pytest.raises(NotReachable):
        await GateSocket(places_in(tmp_path)).answers()
