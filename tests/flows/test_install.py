"""`install` on a booted machine: services run as themselves, doors are shut to others, the gate can do its work.

`uninstall` leaves the machine as it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.exposure import EXPOSURE
from tests.support.rig import PYTHON, Machine

UNIT = """[Unit]
Description=A service that fails once
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/test -e /run/mended
[Install]
WantedBy=multi-user.target
"""
PROPOSE = """
import asyncio, json, sys
from stillwatch.config import find_paths
from stillwatch.gate.door import GateSocket
from stillwatch.records.action import Proposal
door, proposal = GateSocket(find_paths(None, None, None)), Proposal(action=sys.argv[1], target=sys.argv[2])
answer = asyncio.run(door.propose(proposal, ""))
print(json.dumps([answer.id, answer.state, answer.decision.verdict, answer.decision.reason]))
"""
ASK = """
import sys
from urllib.request import Request, urlopen
print(urlopen(Request(sys.argv[1], headers={"Authorization": sys.argv[2]})).status)
"""
DOORS = ("stillwatch-gate-propose.socket", "stillwatch-gate-admin.socket")
SERVICES = ("stillwatch.service", "stillwatch-gate.service")
HASHES = "find /etc /usr/lib/systemd /var/lib /opt -xdev -type f -exec sha256sum {} + | sort"
VOLATILE = (
    "/var/lib/systemd/",
    "/etc/passwd-",
    "/etc/shadow-",
    "/etc/group-",
    "/etc/gshadow-",
    "/etc/subuid",
    "/etc/subgid",
)


@pytest.fixture(scope="module")
def shared(rootfs: Path) -> Iterator[Machine]:
    """One machine for all that look at what was installed."""
    with Machine() as machine:
        done = machine.stillwatch("install", timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        yield machine


@pytest.fixture
def installed(shared: Machine) -> Machine:
    """With all of it running, whatever the test before has stopped."""
    shared.run(["systemctl", "start", *DOORS, *SERVICES, "stillwatch-look.socket"])
    return shared


def propose(machine: Machine, action: str, target: str, user: str = "stillwatch") -> Any:
    done = machine.run([PYTHON, "-I", "-c", PROPOSE, action, target], user=user, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr.splitlines()[-1]


def owner_of(machine: Machine, unit: str) -> str:
    pid = machine.properties(unit)["MainPID"]
    return machine.run(["ps", "-o", "user:32=", "-p", pid]).stdout.strip()


def test_services_run_as_themselves_and_no_other_uid_gets_in(installed: Machine) -> None:
    assert owner_of(installed, "stillwatch-gate.service") == "stillwatch-gate"
    assert owner_of(installed, "stillwatch.service") == "stillwatch"
    stat = ["stat", "-c", "%U %G %a"]
    doors = {
        "/run/stillwatch-gate/propose.sock": "stillwatch root 600",
        "/run/stillwatch-gate/admin.sock": "root stillwatch-admin 660",
        "/run/stillwatch-helpers/act.sock": "stillwatch-gate root 600",
        "/var/lib/stillwatch-gate": "stillwatch-gate stillwatch-gate 700",
    }
    assert {path: installed.run([*stat, path]).stdout.strip() for path in doors} == doors
    for verb in (["approvals"], ["pause"], ["autonomy", "set", "observe"]):
        refused = installed.stillwatch(*verb, user="nobody", env={"HOME": "/nonexistent"})
        assert (refused.returncode, refused.stdout) == (5, ""), verb
        daemon = installed.stillwatch(*verb, user="stillwatch", env={"HOME": "/nonexistent"})
        assert (daemon.returncode, daemon.stdout) == (5, ""), verb
    assert "GateClosed" in propose(installed, "restart_unit", "cron.service", user="nobody")
    audit = installed.stillwatch("audit", "show", "--json").stdout
    assert "paused" not in audit


def test_an_administrator_of_the_group_decides_and_the_gate_mends(installed: Machine) -> None:
    installed.run(["useradd", "-m", "-G", "stillwatch-admin", "admin"])
    installed.unit("flaky.service", UNIT, enable=True)
    assert installed.stillwatch("policy", "apply").returncode == 0
    installed.run(["systemctl", "start", "flaky.service"], check=False)
    installed.write("/run/mended", "")
    number, state, verdict, reason = propose(installed, "restart_unit", "flaky.service")
    assert (state, verdict) == ("waiting", "ask"), reason
    home = {"HOME": "/home/admin"}
    shown = installed.stillwatch("approvals", "show", number, user="admin", env=home)
    assert "flaky.service" in shown.stdout, shown.stderr
    approved = installed.stillwatch("approvals", "approve", number, "--yes", user="admin", env=home)
    assert approved.returncode == 0, approved.stdout + approved.stderr
    assert installed.properties("flaky.service")["ActiveState"] == "active"
    assert propose(installed, "restart_unit", "ssh.service")[1] == "refused"
    kinds = [json.loads(line)["kind"] for line in installed.stillwatch("audit", "--json").stdout.splitlines()]
    assert {"proposed", "approved", "intent", "outcome"} <= set(kinds)
    assert installed.stillwatch("audit", "verify").returncode == 0


def test_the_doctor_finds_the_gate_well_and_a_plain_user_installs_nothing(installed: Machine) -> None:
    found = {one["topic"]: one for one in json.loads(installed.stillwatch("doctor", "--json").stdout)["findings"]}
    wrong = {
        topic: found[topic] for topic in ("policy", "gate", "autonomy", "helpers", "polkit") if not found[topic]["ok"]
    }
    assert not wrong
    # both doors: through the other one the daemon, which looks every second, would start the gate again
    installed.run(["systemctl", "stop", *DOORS, "stillwatch-gate.service", "stillwatch-look.socket"])
    found = {one["topic"]: one for one in json.loads(installed.stillwatch("doctor", "--json").stdout)["findings"]}
    assert not found["gate"]["ok"]
    assert found["helpers"]["mend"] == "systemctl start stillwatch-look.socket"
    for verb in ("install", "uninstall"):
        said = installed.stillwatch(verb, user="nobody", env={"HOME": "/nonexistent"})
        assert (said.returncode, said.stdout) == (2, "")


def test_the_command_is_in_the_path_and_speaks_for_the_service(installed: Machine) -> None:
    plain = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/root"}
    key = json.loads(installed.run(["stillwatch", "keys", "create", "--scope", "read", "--json"], env=plain).stdout)
    ask = [PYTHON, "-c", ASK, "http://127.0.0.1:8083/api/status", f"Bearer {key['key']}"]
    installed.wait(lambda: installed.run(ask, check=False).stdout.strip() == "200", "the daemon to answer with the key")
    assert installed.run(["stat", "-c", "%U", "/var/lib/stillwatch/api-keys.json"]).stdout.strip() == "stillwatch"


def test_a_user_without_rights_is_told_whose_state_it_is(installed: Machine) -> None:
    installed.run(["useradd", "-m", "anna"])
    for words in (["keys", "create", "--scope", "chat"], ["note", "x"], ["status"], ["incidents"]):
        said = installed.run(["stillwatch", *words], user="anna", env={"HOME": "/home/anna"}, check=False)
        assert (said.returncode, said.stdout) == (5, ""), words
        assert "sudo stillwatch" in said.stderr, words
    level = installed.run(["stillwatch", "autonomy"], user="anna", env={"HOME": "/home/anna"}, check=False)
    assert (level.returncode, level.stdout) == (5, "")
    dry = installed.run(["stillwatch", "install", "--dry-run"], user="anna", env={"HOME": "/home/anna"}, check=False)
    assert dry.returncode == 0, dry.stderr
    assert not installed.run(["find", "/home/anna", "-name", "stillwatch*"]).stdout


def test_a_broken_configuration_keeps_the_daemon_from_starting_and_is_named(installed: Machine) -> None:
    file = "/etc/stillwatch/stillwatch.toml"
    good = installed.read(file)
    installed.write(file, "[api]\nprot = 8083\n")
    try:
        assert installed.run(["systemctl", "restart", "stillwatch.service"], check=False).returncode != 0
        said = installed.run(["journalctl", "-u", "stillwatch.service", "-o", "cat"]).stdout
        assert "api.prot" in said and "line 2" in said
        findings = json.loads(installed.stillwatch("doctor", "--json").stdout)["findings"]
        assert [one for one in findings if one["topic"] == "configuration" and not one["ok"]]
    finally:
        installed.write(file, good)


def test_backup_and_restore_of_services(installed: Machine) -> None:
    installed.wait(lambda: installed.stillwatch("note", "the disk is old").returncode == 0, "the daemon to answer")
    installed.stillwatch("backup", "/root/b.tar.gz", check=True)
    refused = installed.stillwatch("restore", "/root/b.tar.gz")
    assert refused.returncode == 5 and "systemctl stop" in refused.stderr
    installed.run(["systemctl", "stop", *DOORS, "stillwatch.service", "stillwatch-gate.service"])
    restored = installed.stillwatch("restore", "/root/b.tar.gz")
    assert restored.returncode == 0, restored.stderr
    installed.run(["systemctl", "start", *DOORS, "stillwatch-gate.service", "stillwatch.service"])
    assert installed.stillwatch("audit", "verify").returncode == 0
    assert owner_of(installed, "stillwatch.service") == "stillwatch"


def test_exposure_of_what_runs(installed: Machine) -> None:
    for unit in SERVICES:
        said = installed.run(["systemd-analyze", "security", "--no-pager", unit], check=False).stdout
        figure = said.splitlines()[-1]
        print(figure)
        assert float(figure.split(":")[1].split()[0]) <= EXPOSURE[unit]


def test_twice_is_once_and_uninstall_leaves_nothing(machine: Machine) -> None:
    before = files(machine)
    dry = machine.stillwatch("install", "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert files(machine) == before
    for _ in range(2):
        assert machine.stillwatch("install", timeout=120).returncode == 0
    running = [machine.properties(unit)["InvocationID"] for unit in SERVICES]
    assert "write" not in machine.stillwatch("install", timeout=120).stdout
    assert [machine.properties(unit)["InvocationID"] for unit in SERVICES] == running
    kept = machine.stillwatch("uninstall", timeout=120)
    assert kept.returncode == 0, kept.stderr
    assert "/var/lib/stillwatch-gate" in kept.stdout and "userdel stillwatch-gate" in kept.stdout
    assert machine.run(["test", "-e", "/usr/local/bin/stillwatch"], check=False).returncode == 1
    assert machine.read("/etc/stillwatch/policy.toml")
    again = machine.stillwatch("install", timeout=120)
    assert again.returncode == 0, again.stdout + again.stderr
    gone = machine.stillwatch("uninstall", "--purge", timeout=120)
    assert gone.returncode == 0, gone.stderr
    assert files(machine) == before
    left = machine.run(["sh", "-c", "getent passwd; getent group; systemctl list-units --all --plain"]).stdout
    assert not [line for line in left.splitlines() if line.startswith("stillwatch")]


def files(machine: Machine) -> set[str]:
    """Every file with its hash, but for what the system itself keeps writing."""
    lines = machine.run(["sh", "-c", HASHES]).stdout.splitlines()
    return {line for line in lines if not any(word in line for word in VOLATILE)}
