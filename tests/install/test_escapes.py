"""Ways out of each unit, tried from inside it on a booted machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from stillwatch.install.table import Unit, unit_text, units
from tests.support.escapes import AGREED, BLOCKED, DOORS, PROBES, READS, WRITES
from tests.support.exposure import EXPOSURE
from tests.support.installation import install
from tests.support.rig import CODE, Machine

pytestmark = pytest.mark.container
REPLACED = {"Type", "ExecStart", "ExecStartPre", "WatchdogSec", "Restart", "RestartSec", "RuntimeMaxSec"} | {
    "StandardInput",
    "StandardOutput",
}
CONFINED = [name for name, unit in units().items() if "Service" in unit]
FREE: Unit = {"Service": {"PrivateMounts": "yes", "PrivateTmp": "yes"}}
"""A service of root's that nothing confines but the machine: what it cannot do either proves nothing."""
PROBE = f"/usr/bin/python3 -I {CODE}/tests/support/escapes.py {AGREED}"
LEAST = 60
ROOTS_FILES = {f"read {path}" for path in READS if not path.startswith("/proc")} - {
    "read /root/key",
    "read /home/ann/key",
}
NEEDED: dict[str, set[str]] = {
    "stillwatch.service": {"socket inet", "socket inet6", "connect out"}  # port 8083, notifications
    | {"door gate/propose", "door helpers/peek", "door helpers/llama"},
    "stillwatch-gate.service": {"write /var/lib/stillwatch-gate", "list the gate's state"}
    | {"door helpers/act", "door helpers/peek"},
    "stillwatch-look@.service": {"socket netlink"},
    # It may look at everything, to say who holds what and how large it is; only words and numbers leave it.
    "stillwatch-peek.service": {f"read {path}" for path in READS if path != "/etc/shadow"}
    | {"read a victim", "list the gate's state"},
    # Root, for the changes that the gate decided: files, owners, processes, timers. What it does is in its program.
    "stillwatch-act@.service": {f"read {path}" for path in READS} | {"read a victim", "remove a file", "own a file"}
    | {f"write {path}" for path in WRITES} - {"write /dev", "write /sys/fs/cgroup", "write /etc/stillwatch"}
    | {"append /etc/passwd", "append /etc/shadow", "signal PID 1", "signal another", "door systemd"}
    | {f"door {name}" for name in DOORS if name.startswith("helpers")}
    | {f"bus {name}" for name in ("StopUnit", "KillUnit", "StartTransientUnit", "EnableUnitFiles", "SetEnvironment")}
    | {f"bus {name}" for name in ("Reload", "Inhibit", "ScheduleShutdown")},
    # Ports of a network of its own; its /run and /var/log vanish with it.
    "stillwatch-test@.service": {"socket inet", "socket inet6", "low port", "write /var/log", "write /run"}
    | ROOTS_FILES,
    "stillwatch-keep.service": {f"read {path}" for path in READS if not path.startswith("/proc")}
    | {"door helpers/test", "door helpers/peek"},
    # Its server answers on this host; connections beyond are stopped by a filter that machines in containers lack. A
    # model may take three quarters of the memory.
    "stillwatch-llama@.service": {"socket inet", "connect out", "memory"},
}  # fmt: skip


@pytest.fixture(scope="module")
def host(rootfs: Path) -> Iterator[Machine]:
    with Machine() as machine:
        yield prepared(install(machine))


def prepared(machine: Machine) -> Machine:
    machine.run(["useradd", "-m", "ann"])
    for copy, of, mode in (("rootly", "id", "4755"), ("victim", "sleep", "755")):
        machine.run(["install", "-m", mode, f"/usr/bin/{of}", f"/usr/local/bin/{copy}"])
    victim = (
        "[Service]\nExecStart=/usr/local/bin/victim infinity\nUser=www-data\n[Install]\nWantedBy=multi-user.target\n"
    )
    machine.unit("victim.service", victim)
    machine.unit("fake-docker@.service", "[Service]\nExecStart=/bin/cat\nStandardInput=socket\n")
    docker = "[Socket]\nListenStream=/run/docker.sock\nAccept=yes\nSocketMode=0660\n"
    machine.unit("fake-docker.socket", docker, start=True)
    machine.run(["ip", "addr", "add", "198.51.100.1/32", "dev", "lo"])
    return machine


def open_to(host: Machine, name: str, unit: Unit) -> set[str]:
    """What a program under this unit can do."""
    for path in ("/root/key", "/home/ann/key", "/srv/removable", "/srv/ownable"):
        host.write(path, "x", mode=0o600)
    host.run(["systemctl", "restart", "victim.service"])
    kept = {key: value for key, value in unit["Service"].items() if key not in REPLACED}
    own = {"Type": "oneshot", "ExecStart": PROBE, "OOMPolicy": "continue", "StandardOutput": f"truncate:/root/{name}"}
    host.unit(f"{name}.service", unit_text({"Service": {**kept, **own}}))
    host.run(["systemctl", "start", f"{name}.service"], timeout=300)
    said = dict(json.loads(line) for line in host.read(f"/root/{name}").splitlines())
    assert said.keys() == PROBES.keys(), host.run(["journalctl", "-u", name, "-n", "20", "-o", "cat"]).stdout
    return {probe for probe, became in said.items() if became not in BLOCKED}


def test_r39_at_least_sixty_ways_out_of_each_unit_are_shut(host: Machine) -> None:
    free = open_to(host, "free", FREE)
    for name in CONFINED:
        found = open_to(host, f"probe-{name.replace('@', '').removesuffix('.service')}", units()[name])
        assert sorted(found - NEEDED[name]) == [], name
        assert len(free - found) >= LEAST, (name, sorted(free - found))
        print(f"{name}: {len(PROBES.keys() - found)} of {len(PROBES)} shut, {len(free - found)} of which open to root")


def test_exposure_of_each_unit_as_systemd_sees_it_here(host: Machine) -> None:
    for name, most in EXPOSURE.items():
        told = host.run(["systemd-analyze", "security", "--no-pager", name.replace("@", "@x")], check=False).stdout
        assert float(told.splitlines()[-1].split(":")[1].split()[0]) <= most, told[-300:]
