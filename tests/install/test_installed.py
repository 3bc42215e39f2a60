"""The installation on a booted machine: processes under their units, sockets for whom they are, changes for real."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.installation import ask, install, propose_and_approve
from tests.support.rig import PYTHON, Machine

pytestmark = pytest.mark.container


CHANGED = "/etc/stillwatch/policy.toml /etc/nginx/nginx.conf /etc/shop.conf"
KEEP = f"mkdir -p /root/kept && cp -p --parents {CHANGED} /root/kept"
BRING_BACK = (
    "cp -p -r /root/kept/. / && rm -rf /etc/systemd/system/logrotate.service.d;"
    "systemctl stop session-77.scope shop.service; systemctl daemon-reload; systemctl reset-failed;"
    "systemctl restart polkit nginx.service ssh.service"
)


@pytest.fixture(scope="module")
def shared(rootfs: Path) -> Iterator[Machine]:
    """One machine for all tests of this file."""
    with Machine() as machine:
        install(machine).run(["sh", "-c", KEEP])
        yield machine


@pytest.fixture
def host(shared: Machine) -> Machine:
    """With its files as they were, and all of it running, whatever the test before has done."""
    shared.run(["sh", "-c", BRING_BACK])
    return shared


def look(host: Machine, line: str) -> dict[str, Any]:
    return ask(host, "stillwatch", "/run/stillwatch-helpers/look.sock", {"look": "command", "line": line})


def peek(host: Machine, **request: Any) -> dict[str, Any]:
    return ask(host, "stillwatch-gate", "/run/stillwatch-helpers/peek.sock", request)


def act(host: Machine, user: str = "stillwatch-gate", **request: Any) -> dict[str, Any]:
    return ask(host, user, "/run/stillwatch-helpers/act.sock", request)


def test_daemon_and_gate_run_and_neither_is_root(host: Machine) -> None:
    for unit, user in (("stillwatch.service", "stillwatch"), ("stillwatch-gate.service", "stillwatch-gate")):
        facts = host.properties(unit)
        assert facts["ActiveState"] == "active", host.run(["journalctl", "-u", unit, "-n", "20", "--no-pager"]).stdout
        owner = ["stat", "-c", "%U", f"/proc/{facts['MainPID']}"]
        host.wait(lambda owner=owner, user=user: host.run(owner).stdout.strip() == user, f"{unit} to run as {user}")


def test_r8_diagnostics_run_in_the_look_unit(host: Machine) -> None:
    lines = "df -h /|systemctl status nginx|journalctl -n 3|ss -tln|ps aux|ip -br a|cat /etc/passwd"
    for line in lines.split("|"):
        said = look(host, line)
        assert said["ok"] and said["code"] == 0 and said["text"], (line, said)
    assert look(host, "cat /etc/shadow")["ok"] is False
    assert look(host, "systemctl stop nginx")["ok"] is False
    assert "denied" in ask(host, "nobody", "/run/stillwatch-helpers/look.sock", {"look": "command", "line": "df"})


def test_the_root_program_hears_the_gate_alone(host: Machine) -> None:
    host.run(["systemctl", "disable", "--now", "logrotate.timer"])
    for user in ("stillwatch", "nobody"):
        assert "denied" in act(host, user, do="enable_timer", unit="logrotate.timer")
    assert act(host, do="enable_timer", unit="cron.service")["ok"] is False
    assert act(host, do="enable_timer", unit="logrotate.timer")["ok"] is True
    assert host.properties("logrotate.timer")["ActiveState"] == "active"
    host.run(["systemctl", "disable", "--now", "logrotate.timer"])
    host.run(["systemctl", "start", "ssh.service"])
    host.write("/etc/systemd/system/logrotate.service.d/maint.conf", "[Unit]\nConflicts=ssh.service\n")
    host.run(["systemctl", "daemon-reload"])
    said = act(host, do="enable_timer", unit="logrotate.timer")
    assert (said["ok"], "ssh.service is protected" in said["reason"]) == (False, True), said
    states = {unit: host.properties(unit)["ActiveState"] for unit in ("logrotate.timer", "ssh.service")}
    assert states == {"logrotate.timer": "inactive", "ssh.service": "active"}


def test_polkit_grants_exact_units_and_verbs(host: Machine) -> None:
    def call(*words: str) -> int:
        manager = ["org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"]
        return host.run(["busctl", "call", *manager, *words], user="stillwatch-gate", check=False).returncode

    assert call("RestartUnit", "ss", "nginx.service", "replace") == 0
    for words in (
        ("RestartUnit", "ss", "ssh.service", "replace"),
        ("StartUnit", "ss", "cron.service", "replace"),
        ("KillUnit", "ssi", "nginx.service", "all", "9"),
        ("StartTransientUnit", "ssa(sv)a(sa(sv))", "x.service", "replace", "0", "0"),
        ("DisableUnitFiles", "asb", "1", "nginx.service", "false"),
        ("Reboot",),
    ):
        assert call(*words) != 0, words


def test_r35_r38_polkit_is_told_of_what_would_go_down_as_well(host: Machine) -> None:
    """With the gate's own uid, past the gate: a service in conflict with ssh stops ssh."""
    host.run(["systemctl", "start", "ssh.service"])
    host.unit("maint.service", "[Unit]\nConflicts=ssh.service\n[Service]\nExecStart=/usr/bin/sleep infinity\n")
    host.unit("plain.service", "[Service]\nExecStart=/usr/bin/sleep infinity\n")
    told = host.run([PYTHON, "-m", "stillwatch", "policy", "apply"])
    assert "units" in told.stdout, told
    host.run(["systemctl", "restart", "polkit"])
    for unit, may in (("plain.service", True), ("maint.service", False)):
        said = host.run(["systemctl", "start", unit], user="stillwatch-gate", check=False)
        assert (said.returncode == 0) is may, (unit, said.stderr)
    assert host.properties("ssh.service")["ActiveState"] == "active"


def test_a_stray_process_is_ended_and_the_unit_started_after_approval(host: Machine) -> None:
    scope = ["systemd-run", "--quiet", "--scope", "--slice=user.slice", "--unit=session-77.scope"]
    stray = [*scope, "/usr/bin/python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", "/usr", "18080"]
    host.run(["sh", "-c", '"$@" >/dev/null 2>&1 </dev/null &', "sh", *stray])
    host.wait(lambda: host.get("http://127.0.0.1:18080/") == 200, "the stray process")
    host.run(["systemctl", "start", "shop.service"], check=False)
    host.wait_failed("shop.service")
    holder = peek(host, see="port", port=18080)["holders"][0]
    said = propose_and_approve(host, "terminate_process", str(holder["pid"]), port=18080, unit="shop.service")
    shop = host.properties("shop.service")
    assert shop["ActiveState"] == "active", said
    assert peek(host, see="port", port=18080)["holders"][0]["pid"] == int(shop["MainPID"])


def test_r39_the_root_program_believes_nobody(host: Machine) -> None:
    """With the gate's own uid: no healthy service is ended, and a declared test can do nothing but read."""
    host.run(["systemctl", "start", "nginx.service"])
    holder = peek(host, see="port", port=80)["holders"][0]
    request = {key: holder[key] for key in ("pid", "start")}
    said = act(host, do="terminate", port=80, unit="nginx.service", **request)
    assert (said["ok"], "not failed" in said["reason"]) == (False, True), said
    probes = {
        "writes": ["/usr/bin/touch", "/etc/written-by-a-test"],
        "writes-state": ["/usr/bin/touch", "/var/lib/written-by-a-test"],
        "signals": ["/usr/bin/kill", "-0", "1"],
        "reaches-pid-1": ["/usr/bin/busctl", "status"],
        "has-network": ["/usr/bin/grep", "-q", "^ *[a-z]*[0-9]:", "/proc/net/dev"],
        "has-rights": ["/usr/bin/grep", "-Pq", r"^Cap(Eff|Prm|Bnd|Amb):\t(?!0{16}$|0{13}400$)", "/proc/self/status"],
    }
    passing = {
        "reads": ["/usr/bin/grep", "-q", ":", "/etc/passwd"],
        "opens-its-port-and-log": ["/usr/sbin/nginx", "-t"],
    }
    told = "".join(
        f'\n[[files]]\nname="{name}"\npath="/etc/shop.conf"\ntest={json.dumps(argv)}\nunit="shop.service"\n'
        for name, argv in {**probes, **passing}.items()
    )
    host.write("/etc/stillwatch/policy.toml", host.read("/etc/stillwatch/policy.toml") + told)
    for name in probes:
        assert act(host, do="test", name=name) == {"ok": True, "passed": False}, name
    for name in passing:
        assert act(host, do="test", name=name) == {"ok": True, "passed": True}, name
    pid = host.read("/run/nginx.pid")
    host.run(["ip", "address", "add", "198.51.100.7/32", "dev", "lo"])
    host.write("/etc/nginx/conf.d/one-address.conf", "server { listen 198.51.100.7:8099; }\n")
    said = act(host, do="test", name="opens-its-port-and-log")
    assert (said["ok"], "run here" in said.get("reason", "")) == (False, True), said
    host.run(["rm", "/etc/nginx/conf.d/one-address.conf"])
    host.run(["sh", "-c", "echo 'listens 80;' >>/etc/nginx/nginx.conf"])
    assert act(host, do="test", name="opens-its-port-and-log") == {"ok": True, "passed": False}
    assert host.read("/run/nginx.pid") == pid
    assert host.run(["ls", "/etc/written-by-a-test", "/var/lib/written-by-a-test"], check=False).stdout == ""


def test_a_file_comes_back_and_an_owner_is_set_right_after_approval(host: Machine) -> None:
    host.run(["systemctl", "start", "stillwatch-keep.service"])
    host.write("/etc/shop.conf", "broken\n")
    said = propose_and_approve(host, "restore_file", "/etc/shop.conf", unit="shop.service")
    assert host.read("/etc/shop.conf") == "good\n", said
    said = propose_and_approve(host, "repair_ownership", "/srv/shop")
    assert host.run(["stat", "-c", "%U:%G %a", "/srv/shop"]).stdout.strip() == "www-data:www-data 750", said
