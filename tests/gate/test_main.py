from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from stillwatch.config import Config, Paths
from stillwatch.errors import NotReachable
from stillwatch.gate import client, main
from stillwatch.gate.change.action import Refused
from stillwatch.gate.server import Server
from tests.gate.stage import Stage, places_in, some_units

PROGRAM = """
import sys
from pathlib import Path
from stillwatch.config import Config
from stillwatch.gate.main import run_gate
from tests.gate.stage import Stage, places_in, some_units
sys.exit(run_gate(Config(), places_in(Path(sys.argv[1])), Stage(some_units())))
"""


def installed(folder):
    paths = places_in(folder)
    return Paths(**{**{name: getattr(paths, name) for name in paths.__struct_fields__}, "trial": False})


@pytest.fixture
def gate(tmp_path):
    notify = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(notify))
        environment = {**os.environ, "NOTIFY_SOCKET": str(notify)}
        process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)], env=environment)
        listener.settimeout(20)
        assert listener.recv(100) == b"READY=1"
        yield process
        process.kill()
        process.wait()


def test_it_serves_until_it_is_told_to_stop(gate, tmp_path):
    paths = places_in(tmp_path)
    status = client.say(paths, "status")
    assert (status["level"], status["trial"], status["problem"]) == ("suggest", True, "")
    explained = client.say(paths, "explain", action="restart_unit", target="web.service")
    assert explained["verdict"] == "ask"
    gate.send_signal(signal.SIGTERM)
    assert gate.wait(10) == 0
    with pytest.raises(NotReachable):
        client.say(paths, "status")


def test_it_ends_with_zero_and_leaves_the_state_to_the_next(tmp_path, monkeypatch):
    paths = places_in(tmp_path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))

        def stop_when_it_is_ready():
            listener.recv(100)
            os.kill(os.getpid(), signal.SIGTERM)

        threading.Thread(target=stop_when_it_is_ready, daemon=True).start()
        assert main.run_gate(Config(), paths, Stage(some_units())) == 0
    with main._only_one(paths.gate_state):
        pass


def test_in_a_trial_the_one_user_does_both():
    found = main.admission(4242)
    assert (found.proposers, found.admins, found.trial) == (frozenset({4242}), frozenset({4242}), True)


def test_one_gate_over_one_state_directory(gate, tmp_path):
    with pytest.raises(NotReachable, match="another gate"):
        main.run_gate(Config(), places_in(tmp_path), Stage(some_units()))


def test_no_ip_sockets_and_no_model_library_in_the_gate(gate):
    maps = Path(f"/proc/{gate.pid}/maps").read_text()
    assert not [name for name in ("pydantic", "hyperscan", "psutil", "llama") if name in maps]
    inodes = {str(entry.readlink()).strip("socket:[]") for entry in Path(f"/proc/{gate.pid}/fd").iterdir()}
    tables = [Path(f"/proc/{gate.pid}/net/{table}") for table in ("tcp", "tcp6", "udp", "udp6")]
    rows = [row for table in tables if table.exists() for row in table.read_text().splitlines()[1:]]
    assert not {row.split()[9] for row in rows} & inodes


def test_a_runtime_directory_that_cannot_be_used_is_said(tmp_path):
    (tmp_path / "run").write_text("in the way")
    with pytest.raises(NotReachable, match="doctor"):
        main.run_gate(Config(), places_in(tmp_path), Stage(some_units()))


def test_r07_as_a_service_a_configuration_that_others_may_write_is_not_read(tmp_path):
    (tmp_path / "stillwatch.toml").write_text("")
    (tmp_path / "stillwatch.toml").chmod(0o666)
    with pytest.raises(Refused, match=r"stillwatch.toml: .*mode 100666"):
        main.run_gate(Config(), installed(tmp_path), Stage(some_units()))


def test_as_a_service_it_needs_the_daemons_user(monkeypatch):
    monkeypatch.setattr(main, "DAEMON", "no-such-user-here")
    with pytest.raises(NotReachable, match="install"):
        main.admission(None)


def test_as_a_service_the_daemon_proposes_and_the_group_decides(monkeypatch):
    monkeypatch.setattr(main, "DAEMON", "daemon")
    monkeypatch.setattr(main, "ADMINS", "adm")
    found = main.admission(None)
    assert (found.proposers, found.admins, found.trial) == (frozenset({1}), frozenset({0}), False)
    assert found.admin_group == 4
    monkeypatch.setattr(main, "ADMINS", "no-such-group-here")
    assert main.admission(None).admin_group is None


def test_r07_as_a_service_only_the_applied_policy_counts(tmp_path):
    paths = installed(tmp_path)
    paths.gate_state.mkdir(parents=True)
    gate = main.build(Config(autonomy="auto-full"), paths, Stage(some_units()), None)
    assert "policy.applied" in gate.problem
    (tmp_path / "policy.applied").write_text("0" * 64)
    gate.load()
    assert "policy apply" in gate.problem
    from stillwatch.gate.policy import load_policy

    (tmp_path / "policy.applied").write_text(load_policy(paths.policy_file, frozenset({0})).version + "\n")
    gate.load()
    assert (gate.problem, gate.level) == ("", "auto-full")


async def test_what_goes_wrong_between_requests_ends_nothing(tmp_path, monkeypatch):
    (tmp_path / "gate").mkdir()
    gate = main.build(Config(), places_in(tmp_path), Stage(some_units()), os.getuid())
    tries = []

    async def fails():
        tries.append(1)
        if len(tries) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        raise (OSError if len(tries) % 2 else sqlite3.OperationalError)("disk")

    monkeypatch.setattr(gate.performer, "perform_due", fails)
    await asyncio.wait_for(main.serve(Server(gate, main.admission(0)), {}, tick=0.01), 5)
    assert len(tries) >= 3


def test_r29_a_database_that_cannot_be_opened_is_said_in_a_sentence(tmp_path):
    (tmp_path / "gate/gate.db").mkdir(parents=True)
    with pytest.raises(NotReachable, match=r"gate\.db"):
        main.build(Config(), places_in(tmp_path), Stage(some_units()), os.getuid())
