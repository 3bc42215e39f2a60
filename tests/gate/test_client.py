from __future__ import annotations

import contextlib
import os
import socket
import threading

import pytest

from stillwatch.errors import NotReachable
from stillwatch.gate import client
from stillwatch.gate.client import GateRefused, ask_async, proposed
from stillwatch.records.action import Proposal
from stillwatch.records.event import Untrusted
from tests.gate.stage import make_gate, places_in, served

WEB = Proposal(action="restart_unit", target="web.service", because=Untrusted("x" * 9000))


async def test_a_proposal_goes_through_and_comes_back_as_a_record(tmp_path):
    gate = make_gate(tmp_path, trial_uid=os.getuid())
    async with served(gate, tmp_path):
        reply = await client.propose(places_in(tmp_path), WEB, incident="I-1")
        assert (reply.id, reply.state, reply.decision.verdict) == ("A-1", "waiting", "ask")
        assert reply.outcome is None
        shown = await ask_async(places_in(tmp_path), "show", id="A-1")
        done = await ask_async(places_in(tmp_path), "approve", door="admin", id="A-1", hash=shown["hash"])
        assert proposed(done).outcome.status == "done"


async def test_a_refusal_is_a_decision_and_no_exception(tmp_path):
    async with served(make_gate(tmp_path, trial_uid=os.getuid()), tmp_path):
        places = places_in(tmp_path)
        assert (await client.propose(places, Proposal(action="restart_unit", target="ssh.service"))).state == "refused"
        odd = await client.propose(places, Proposal(action="x" * 100, target="web.service"))
        assert odd.decision.verdict == "refuse"
        with pytest.raises(GateRefused, match="administrator"):
            await ask_async(places, "resume")


def test_no_gate_is_said_with_the_next_step(tmp_path):
    places = places_in(tmp_path)
    with pytest.raises(NotReachable, match="start it with"):
        client.ask(places, "status")
    installed = client.Places(**{**{name: getattr(places, name) for name in places.__struct_fields__}, "trial": False})
    with pytest.raises(NotReachable, match="systemctl status"):
        client.ask(installed, "status")


def one_answer(tmp_path, answer):
    """A server that is not the gate."""
    (tmp_path / "run/gate").mkdir(parents=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "run/gate/admin.sock"))
    listener.listen()

    def serve():
        with contextlib.suppress(OSError):
            link, _ = listener.accept()
            with link:
                link.recv(65_536)
                link.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    return listener


@pytest.mark.parametrize("answer", [b"", b"{", b"\xff", b"[]"])
def test_garbage_for_an_answer_means_not_reachable(tmp_path, answer):
    with one_answer(tmp_path, answer), pytest.raises(NotReachable):
        client.ask(places_in(tmp_path), "status", seconds=2.0)


def test_an_answer_without_end_is_cut_off(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "MAX_BYTES", 10)
    with one_answer(tmp_path, b"x" * 100), pytest.raises(NotReachable, match="too long"):
        client.ask(places_in(tmp_path), "status", seconds=2.0)


def test_another_users_server_is_not_the_gate(tmp_path, monkeypatch):
    monkeypatch.setattr(client.os, "getuid", lambda: 4242)
    with one_answer(tmp_path, b"{}"), pytest.raises(NotReachable, match="listens there"):
        client.ask(places_in(tmp_path), "status", seconds=2.0)
