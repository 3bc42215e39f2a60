"""The gate as a service of its own user on a booted machine: real PID 1, polkit, journald and socket units."""

from __future__ import annotations

import json

import pytest

from stillwatch.gate.policy import DEFAULT, load_policy
from stillwatch.install.layout import layout
from tests.support.facts import facts
from tests.support.rig import PYTHON, Machine

pytestmark = pytest.mark.container

RUN = (
    "from stillwatch.config import Config, find_paths; from stillwatch.gate.main import run_gate; "
    "raise SystemExit(run_gate(Config(autonomy='auto-full'), find_paths(None, None, None)))"
)
GATE = f"""
[Service]
Type=notify
User=stillwatch-gate
StateDirectory=stillwatch-gate
StateDirectoryMode=0700
Environment=PYTHONDONTWRITEBYTECODE=1
ExecStart={PYTHON} -c "{RUN}"
"""
SOCKET = """
[Socket]
ListenStream=/run/stillwatch-gate/{door}.sock
FileDescriptorName={door}
SocketMode=0660
SocketGroup={group}
Service=stillwatch-gate.service
"""
POLKIT = """polkit.addRule(function(action, subject) {
  if (action.id == "org.freedesktop.systemd1.manage-units" && subject.user == "stillwatch-gate" &&
      ["start", "restart", "reset-failed"].indexOf(action.lookup("verb")) >= 0 &&
      action.lookup("unit") == "shop.service") return polkit.Result.YES;
});
"""
SHOP = "[Service]\nExecStartPre=/usr/bin/test -e /run/shop-may-run\nExecStart=/usr/bin/sleep infinity\n"
BANK = """
import socket
server, kept = socket.create_server(("127.0.0.1", 4711)), []
while True:
    kept.append(server.accept())
"""
WALLET = """
import socket, time
kept = [socket.create_connection(("127.0.0.1", 4711)) for _ in range(3)]
open("/run/connected", "w").close()
time.sleep(600)
"""
SAY = """
import json, sys
from stillwatch.config import find_paths
from stillwatch.errors import StillwatchError
from stillwatch.gate import client
door, verb, fields = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
try:
    reply = client.say(find_paths(None, None, None), verb, door=door, **fields)
except StillwatchError as error:
    reply = {"error": type(error).__name__, "reason": str(error)}
print(json.dumps(reply))
"""
CUT = """
import sqlite3
sqlite3.connect("/var/lib/stillwatch-gate/gate.db").executescript("DELETE FROM audit WHERE seq > 3")
"""
VERIFY = """
from stillwatch.config import find_paths
from stillwatch.host.auditanchors import verify_audit
found = verify_audit(find_paths(None, None, None))
print(found.whole, found.records, found.problem or found.note or "-")
"""


@pytest.fixture(scope="module")
def machine():
    with Machine() as booted:
        for user in ("stillwatch", "stillwatch-gate"):
            booted.run(["useradd", "--system", "--create-home", "--home-dir", f"/var/lib/{user}", user])
        booted.run(["groupadd", "--system", "stillwatch-admin"])
        text = DEFAULT.read_text()
        booted.write("/etc/stillwatch/policy.toml", text)
        booted.write("/etc/stillwatch/policy.applied", load_policy(DEFAULT, frozenset({0})).version)
        booted.write("/etc/polkit-1/rules.d/50-stillwatch.rules", POLKIT)
        booted.unit("shop.service", SHOP)
        booted.unit("other.service", SHOP)
        booted.unit("stillwatch-gate.service", GATE)
        for door, group in (("propose", "stillwatch"), ("admin", "stillwatch-admin")):
            booted.unit(f"stillwatch-gate-{door}.socket", SOCKET.format(door=door, group=group), start=True)
        booted.run(["systemctl", "start", "stillwatch-gate.service"])
        yield booted


def say(machine, verb, door="propose", user="stillwatch", **fields):
    argv = [PYTHON, "-c", SAY, door, verb, json.dumps(fields)]
    return json.loads(machine.run(argv, user=user).stdout)


def fail(machine, unit):
    machine.run(["systemctl", "start", unit], check=False)
    machine.wait_failed(unit)


def test_a_failed_service_is_restarted_by_itself_and_the_log_is_whole(machine):
    fail(machine, "shop.service")
    machine.write("/run/shop-may-run", "")
    reply = say(machine, "propose", action="restart_unit", target="shop.service")
    assert (reply["state"], reply["outcome"]["verified"]) == ("done", True), reply
    assert machine.properties("shop.service")["ActiveState"] == "active"
    told = machine.run([PYTHON, "-c", VERIFY]).stdout.split(maxsplit=2)
    assert told[0] == "True" and told[2].strip() == "-", told


def test_r30_a_cut_tail_contradicts_the_journal(machine):
    machine.run(["systemctl", "stop", "stillwatch-gate.service"])
    machine.run(["cp", "-a", "/var/lib/stillwatch-gate", "/var/lib/kept"])
    machine.run([PYTHON, "-c", CUT])
    told = machine.run([PYTHON, "-c", VERIFY]).stdout
    assert told.startswith("False 3 ") and "journal" in told, told
    machine.run(["sh", "-c", "cp -a /var/lib/kept/. /var/lib/stillwatch-gate/"])
    machine.run(["systemctl", "start", "stillwatch-gate.service"])
    assert machine.run([PYTHON, "-c", VERIFY]).stdout.startswith("True")


def test_explain_says_whose_connections_a_restart_drops(machine):
    """Through the peek program as it is installed, asked by the gate's own user."""
    texts = {path.name: text for path, text in layout(machine.service_python()).items()}
    machine.unit("stillwatch-peek.service", texts["stillwatch-peek.service"])
    door = texts["stillwatch-peek.socket"].replace("stillwatch-ask", "stillwatch-gate")
    machine.unit("stillwatch-peek.socket", door, start=True)
    for name, script in (("bank", BANK), ("wallet", WALLET)):
        machine.write(f"/run/{name}.py", script)
        unit = f"[Service]\nExecStart={PYTHON} /run/{name}.py\nRestart=on-failure\nRestartSec=100ms\n"
        machine.unit(f"{name}.service", unit, start=True)
    machine.run(["sh", "-c", "until test -e /run/connected; do sleep 0.05; done"])
    told = say(machine, "explain", action="restart_unit", target="bank.service")
    assert told["blast_radius"].endswith(" 3 connections of wallet"), told
    told = say(machine, "explain", action="restart_unit", target="wallet.service")
    assert (told["blast_radius"], told["risk"]) == ("", "low")


def test_r35_what_else_a_start_would_do_is_judged(machine):
    machine.unit("maint.service", "[Unit]\nConflicts=systemd-logind.service\n" + SHOP)
    told = say(machine, "explain", action="start_unit", target="maint.service")
    assert (told["verdict"], told["rule"]) == ("refuse", "protected"), told
    assert facts(told["blast_radius"]) == ["1", "systemd-logind.service"], told
    machine.unit("off.service", "[Unit]\nSuccessAction=poweroff\n" + SHOP)
    assert say(machine, "explain", action="start_unit", target="off.service")["risk"] == "high"
    told = say(machine, "explain", action="start_unit", target="shop.service")
    assert (told["risk"], told["blast_radius"]) == ("low", ""), told


def test_r15_an_instance_of_a_template_is_judged_and_one_that_nobody_named_is_refused(machine):
    machine.unit(
        "pair@.service", "[Service]\nExecStart=/usr/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n"
    )
    machine.run(["systemctl", "start", "pair@left.service"])
    machine.run(["systemctl", "enable", "pair@linked.service"])
    for verb, name in (("restart_unit", "pair@left.service"), ("start_unit", "pair@linked.service")):
        told = say(machine, "explain", action=verb, target=name)
        assert (told["verdict"], told["risk"]) == ("ask", "low"), told
    for verb in ("start_unit", "restart_unit"):
        told = say(machine, "explain", action=verb, target="pair@-etc-shadow.service")
        assert (told["verdict"], told["rule"]) == ("refuse", "schema"), told
        assert "pair@.service" in facts(told["reason"])


def test_r40_who_carries_an_administrator_is_protected_whatever_its_name(machine):
    """A service that hands out terminals, and one that runs sshd under another name; the gate is told by its helper."""
    shell = "import pty; pty.spawn(['/usr/bin/sleep', '600'])"
    machine.write("/run/hand-out.py", shell)
    machine.unit("hand-out.service", f"[Service]\nExecStart={PYTHON} /run/hand-out.py\n", start=True)
    machine.run(["sh", "-c", "until pgrep -x sleep -t pts/0 || pgrep -x sleep | grep -q .; do sleep 0.05; done"])
    machine.unit("way-in.service", "[Service]\nExecStart=/bin/sh -c 'exec /usr/sbin/sshd -D -p 2222'\n")
    for unit, why in (("hand-out.service", "a terminal hangs on it"), ("way-in.service", "runs sshd")):
        told = say(machine, "explain", action="restart_unit", target=unit)
        assert (told["rule"], told["reason"]) == ("protected", f"{unit} ({why}) is protected"), told


def test_r06_who_is_logged_in_through_a_unit_raises_its_risk(machine):
    kiosk = "[Service]\nUser=nobody\nPAMName=login\nExecStart=/usr/bin/sleep 600\n"
    machine.unit("kiosk.service", kiosk, start=True)
    machine.run(["sh", "-c", "until loginctl --no-legend | grep -q nobody; do sleep 0.05; done"])
    told = say(machine, "explain", action="restart_unit", target="kiosk.service")
    assert told["risk"] == "medium" and "sessions: " in told["blast_radius"], told


def test_what_polkit_does_not_grant_is_not_done(machine):
    machine.run(["rm", "-f", "/run/shop-may-run"])
    fail(machine, "other.service")
    reply = say(machine, "propose", action="restart_unit", target="other.service")
    assert reply["outcome"]["status"] == "failed", reply
    assert machine.properties("other.service")["ActiveState"] == "failed"


@pytest.mark.parametrize(
    "target", ["ssh.service", "sshd.service", "systemd-journald.service", "dbus.service", "no-such.service"]
)
def test_r03_protected_and_unknown_units_are_refused(machine, target):
    assert say(machine, "propose", action="restart_unit", target=target)["state"] == "refused"


def test_r10_r20_each_door_hears_its_own(machine):
    assert say(machine, "status", door="admin")["error"] == "GateClosed"
    assert "administrator's socket" in say(machine, "resume")["reason"]
    assert say(machine, "status", door="admin", user="root")["level"] == "auto-full"
    assert "no business" in say(machine, "status", door="propose", user="root")["reason"]
    assert say(machine, "status", user="nobody")["error"] == "GateClosed"


def test_the_gate_is_nobody_special(machine):
    pid = machine.properties("stillwatch-gate.service")["MainPID"]
    status = dict(line.split(":", 1) for line in machine.read(f"/proc/{pid}/status").splitlines())
    assert status["Uid"].split()[0] != "0"
    assert int(status["CapEff"], 16) == 0
