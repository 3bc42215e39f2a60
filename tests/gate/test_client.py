from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import threading

import pytest

from stillwatch.errors import NotReachable
from stillwatch.gate import client
from stillwatch.gate.client import GateRefused, ask, ask_async
from stillwatch.views.gate import PROPOSE, RESUME, STATUS
from tests.gate.stage import make_gate, places_in, served


async def test_who_has_no_loop_is_answered_alike(tmp_path):
    async with served(make_gate(tmp_path, trial_uid=os.getuid()), tmp_path):
        paths = places_in(tmp_path)
        assert await asyncio.to_thread(ask, paths, STATUS) == await ask_async(paths, STATUS, door="admin")


async def test_what_is_said_is_answered_and_a_refusal_is_raised_with_its_reason(tmp_path):
    async with served(make_gate(tmp_path, trial_uid=os.getuid()), tmp_path):
        paths = places_in(tmp_path)
        assert (await ask_async(paths, PROPOSE, action="restart_unit", target="web.service")).id == "A-1"
        with pytest.raises(GateRefused, match="administrator"):
            await ask_async(paths, RESUME)


def test_no_gate_is_said_with_the_next_step(tmp_path):
    paths = places_in(tmp_path)
    with pytest.raises(NotReachable, match="`stillwatch gate`"):
        client.say(paths, "status")
    installed = client.Paths(**{**{name: getattr(paths, name) for name in paths.__struct_fields__}, "trial": False})
    with pytest.raises(NotReachable, match="systemctl status"):
        client.say(installed, "status")


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
        client.say(places_in(tmp_path), "status", seconds=2.0)


def test_an_answer_without_end_is_cut_off(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "MAX_BYTES", 10)
    with one_answer(tmp_path, b"x" * 100), pytest.raises(NotReachable, match="too long"):
        client.say(places_in(tmp_path), "status", seconds=2.0)


def test_another_users_server_is_not_the_gate(tmp_path, monkeypatch):
    monkeypatch.setattr(client.os, "getuid", lambda: 4242)
    with one_answer(tmp_path, b"{}"), pytest.raises(NotReachable, match="listens there"):
        client.say(places_in(tmp_path), "status", seconds=2.0)


def test_a_door_that_is_closed_to_us_is_not_a_gate_that_is_silent(tmp_path, monkeypatch):
    def closed(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(client, "exchange", closed)
    with pytest.raises(client.GateClosed) as caught:
        client.say(places_in(tmp_path), "status")
    assert "sudo" in caught.value.next_step
