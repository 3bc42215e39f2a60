from __future__ import annotations

import asyncio
import json
import sqlite3

import pytest

from stillwatch.gate import server
from stillwatch.gate.change.action import Refused
from stillwatch.gate.server import Admission, open_doors
from tests.gate.stage import bus_of, make_gate, served

SERVICE = Admission(proposers=frozenset({991}), admins=frozenset({0}), admin_group=700)


@pytest.mark.parametrize(
    ("uid", "groups", "door", "admitted"),
    [
        (991, {991}, "propose", True),
        (0, {0}, "propose", False),
        (1000, {1000, 700}, "propose", False),
        (0, {0}, "admin", True),
        (1000, {1000, 700}, "admin", True),
        (1000, {1000}, "admin", False),
        (991, {991, 700}, "admin", False),
        (991, {0, 700}, "admin", False),
        (65534, {65534}, "propose", False),
        (991, {991}, "other", False),
    ],
)
def test_r20_who_is_heard_at_which_door(uid, groups, door, admitted):
    try:
        peer = SERVICE.check(uid, frozenset(groups), door)
    except Refused:
        assert not admitted
    else:
        assert admitted and (peer.uid, peer.door) == (uid, door)


def test_without_the_group_only_root_decides():
    bare = Admission(proposers=frozenset({991}), admins=frozenset({0}))
    with pytest.raises(Refused):
        bare.check(1000, frozenset({1000}), "admin")


async def exchange(folder, sent, door="propose", end=True):
    reader, writer = await asyncio.open_unix_connection(str(folder / f"run/gate/{door}.sock"))
    try:
        writer.write(sent)
        if end:
            writer.write_eof()
        return json.loads(await reader.read())
    finally:
        writer.close()


async def test_a_request_is_answered_and_the_door_decides_what_is_heard(tmp_path):
    async with served(make_gate(tmp_path), tmp_path):
        assert (await exchange(tmp_path, b'{"verb":"status"}\n'))["ok"] is True
        refused = await exchange(tmp_path, b'{"verb":"resume"}\n')
        assert (refused["ok"], refused["error"]) == (False, "refused")
        assert (await exchange(tmp_path, b'{"verb":"resume"}\n', door="admin"))["ok"] is True


async def test_a_stranger_is_sent_away(tmp_path):
    async with served(make_gate(tmp_path), tmp_path, SERVICE):
        reply = await exchange(tmp_path, b'{"verb":"status"}\n')
        assert "no business" in reply["reason"]


async def test_r25_a_slow_client_is_sent_away(tmp_path):
    async with served(make_gate(tmp_path), tmp_path, deadline=0.05):
        assert (await exchange(tmp_path, b'{"verb":', end=False))["error"] == "late"


async def test_r25_a_message_without_end_is_cut_off(tmp_path):
    async with served(make_gate(tmp_path), tmp_path):
        reply = await exchange(tmp_path, b"x" * 70_000)
        assert "more than" in reply["reason"]
        assert "more than" in (await exchange(tmp_path, b"x" * 200_000))["reason"]


async def until(reached):
    async with asyncio.timeout(60):
        while not reached():
            await asyncio.sleep(0)


async def test_r32_too_many_clients_are_refused_and_the_rest_served(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "MAX_CLIENTS", 3)
    async with served(make_gate(tmp_path), tmp_path, deadline=60.0) as running:
        idle = [await asyncio.open_unix_connection(str(tmp_path / "run/gate/propose.sock")) for _ in range(3)]
        await until(lambda: running.clients["propose"] == 3)
        assert "too many" in (await exchange(tmp_path, b'{"verb":"status"}\n'))["reason"]
        assert (await exchange(tmp_path, b'{"verb":"status"}\n', door="admin"))["ok"] is True
        for _, writer in idle:
            writer.close()
        await until(lambda: running.clients["propose"] == 0)
        assert (await exchange(tmp_path, b'{"verb":"status"}\n'))["ok"] is True


async def test_r29_a_full_disk_is_told_and_nothing_is_begun(tmp_path, monkeypatch):
    gate = make_gate(tmp_path)

    def full():
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(gate.database, "writing", full)
    async with served(gate, tmp_path):
        sent = b'{"verb":"propose","action":"restart_unit","target":"web.service"}\n'
        assert (await exchange(tmp_path, sent))["error"] == "disk"
    assert bus_of(gate).done == []


async def test_closing_waits_for_a_change_that_runs(tmp_path):
    gate = make_gate(tmp_path)
    bus_of(gate).gate = asyncio.Event()
    async with served(gate, tmp_path) as running:
        sent = b'{"verb":"propose","action":"restart_unit","target":"web.service"}\n'
        task = asyncio.create_task(exchange(tmp_path, sent))
        await until(lambda: bus_of(gate).done)
        closing = asyncio.create_task(running.close())
        for _ in range(100):  # turns of the loop: whoever did not wait would be through
            await asyncio.sleep(0)
        assert not closing.done()
        bus_of(gate).gate.set()
        await closing
        assert (await task)["outcome"]["status"] == "done"


def test_the_sockets_are_private(tmp_path):
    doors = open_doors(tmp_path / "run", 0o600)
    for door, listener in doors.items():
        assert (tmp_path / f"run/{door}.sock").stat().st_mode & 0o777 == 0o600
        listener.close()
    for listener in open_doors(tmp_path / "run", 0o600).values():
        listener.close()


def test_systemds_sockets_are_taken_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr("systemd.daemon._listen_fds_with_names", lambda _: [2, "propose", "other"])
    with pytest.raises(OSError, match="other sockets"):
        open_doors(tmp_path, 0o600)


GIVEN = """
import os, socket, sys
from pathlib import Path
from stillwatch.gate.server import open_doors
for number, name in ((3, "admin"), (4, "propose")):
    listener = socket.socket(socket.AF_UNIX); listener.bind(sys.argv[1] + name)
    os.dup2(listener.fileno(), number) if listener.fileno() != number else listener.detach()
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2", LISTEN_FDNAMES="admin:propose")
doors = open_doors(Path(sys.argv[1]) / "none", 0o600)
sys.stdout.write(doors["admin"].getsockname() + " " + doors["propose"].getsockname())
"""


def test_systemds_sockets_keep_their_names(tmp_path):
    import subprocess
    import sys

    argv = [sys.executable, "-c", GIVEN, f"{tmp_path}/"]
    told = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert told == f"{tmp_path}/admin {tmp_path}/propose"


def test_what_systemd_hands_over_is_used_and_nothing_bound(tmp_path, monkeypatch):
    given = {"propose": object(), "admin": object()}
    monkeypatch.setattr(server, "handed_over", lambda names: given)
    assert open_doors(tmp_path / "run", 0o600) is given
    assert not (tmp_path / "run").exists()
