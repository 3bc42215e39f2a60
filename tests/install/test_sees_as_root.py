"""What the installed daemon sees of others' processes, which /proc hides from it, is what root sees."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.installation import install
from tests.support.rig import Machine

pytestmark = pytest.mark.container
ASK_DAEMON = """import socket, sys
door = socket.socket(socket.AF_UNIX)
door.connect("/run/stillwatch/service.sock")
door.sendall(sys.argv[1].encode() + b"\\n")
print(door.makefile().readline())"""
LEAKY = (
    "import os, signal\nfor _ in range(25):\n    if os.fork() == 0: os._exit(0)\n"
    "held = open('/srv/gone', 'wb'); held.write(b'x' * 30000000); held.flush(); os.unlink('/srv/gone')\n"
    "many = [open('/dev/null') for _ in range(700)]\n"
    "import fcntl; lock = open('/srv/lock', 'w'); fcntl.flock(lock, fcntl.LOCK_EX)\n"
    "open('/srv/leaky.pid', 'w').write(str(os.getpid())); signal.pause()"
)
SUDOERS = "root ALL=(ALL:ALL) ALL\nwww-data ALL=(root) NOPASSWD: /usr/bin/systemctl restart shop hunter2\n"


@pytest.fixture(scope="module")
def host(rootfs: Path) -> Iterator[Machine]:
    with Machine() as machine:
        yield prepared(install(machine))


def prepared(machine: Machine) -> Machine:
    machine.run(["chmod", "1777", "/srv"])
    machine.write("/srv/leaky.py", LEAKY)
    machine.write("/etc/sudoers", SUDOERS, 0o440)
    machine.write("/var/spool/cron/crontabs/www-data", "@daily /usr/bin/tidy --key hunter2\n", 0o600, "www-data:root")
    machine.run(
        ["sh", "-c", "mkdir -p /var/spool/mqueue && touch /var/spool/mqueue/qf1 && chmod 700 /var/spool/mqueue"]
    )
    machine.unit("leaky.service", "[Service]\nExecStart=/usr/bin/python3 /srv/leaky.py\nUser=www-data\n", start=True)
    box = "[Service]\nExecStart=/usr/bin/sleep infinity\nSlice=machine.slice\n"
    machine.unit("systemd-nspawn@box.service", box, start=True)
    machine.run(["systemctl", "start", "shop.service"])
    machine.wait(lambda: machine.run(["cat", "/srv/leaky.pid"], check=False).stdout, "the leaky service")
    machine.wait(lambda: machine.get("http://127.0.0.1:18080/") == 200, "the shop")
    return machine


def by_root(host: Machine, tool: str, **arguments: Any) -> dict[str, Any]:
    words = [f"{name}={value}" for name, value in arguments.items()]
    said = host.stillwatch("look", tool, *words, "--json")
    found: dict[str, Any] = json.loads(said.stdout)["data"]
    return found


def by_daemon(host: Machine, tool: str, **arguments: Any) -> dict[str, Any]:
    request = json.dumps({"verb": "look", "tool": tool, "arguments": arguments})
    said = json.loads(host.run(["python3", "-I", "-c", ASK_DAEMON, request]).stdout)
    assert "result" in said and not said["result"]["problem"], said
    found: dict[str, Any] = said["result"]["data"]
    return found


def of_leaky(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row.get("unit") == "leaky.service"]


SAME: dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], Any]]] = {
    "process_states": ({}, lambda seen: [row["parent"] for row in seen["zombies"]]),
    "open_files": ({}, lambda seen: (of_leaky(seen["processes"]), seen["unseen"])),
    "disk_use": ({"path": "/srv"}, lambda seen: of_leaky(seen["deleted_open"])),
    "lock_files": ({}, lambda seen: [row for row in seen["locks"] if row["path"] == "/srv/leaky.pid"]),
    "lock_holders": ({"path": "/srv/lock"}, lambda seen: [(row["pid"], row["unit"]) for row in seen["holders"]]),
    "network": ({}, lambda seen: [(row["name"], row["addresses"]) for row in seen["interfaces"]]),
    "sudo_rules": ({"user": "www-data"}, lambda seen: seen["rules"]),
    "cron_jobs": ({}, lambda seen: [row for row in seen["jobs"] if row["user"] == "www-data"]),
    "mail_queue": ({}, lambda seen: seen["queues"]),
    "unit_dependencies": ({"unit": "shop.service"}, lambda seen: (seen["requires"], sorted(seen["ends_with_it"]))),
    "containers": ({}, lambda seen: seen["containers"]),
}


def test_looks_at_processes(host: Machine) -> None:
    main = int(host.properties("leaky.service")["MainPID"])
    hidden = host.properties("stillwatch.service")
    assert hidden["ProtectProc"] == "invisible"
    for tool, (arguments, shown) in SAME.items():
        root, daemon = (shown(look(host, tool, **arguments)) for look in (by_root, by_daemon))
        assert root == daemon and root, tool
    booted = [look(host, "system")["booted"] for look in (by_root, by_daemon)]
    assert booted[0] == pytest.approx(booted[1], abs=2.0)
    (one,) = by_daemon(host, "process_list", pid=main)["processes"]
    assert (one["user"], one["unit"], one["argv"][1]) == ("www-data", "leaky.service", "/srv/leaky.py")
    assert len(by_daemon(host, "process_list")["processes"]) > 10
    shop = int(host.properties("shop.service")["MainPID"])
    assert [row["pid"] for row in by_daemon(host, "listening_sockets", port=18080)["sockets"]] == [shop]
    rows = [
        {(row["protocol"], row["port"], row["unit"], row["user"]) for row in look(host, "listening_sockets")["sockets"]}
        for look in (by_root, by_daemon)
    ]
    assert rows[0] == rows[1] and ("tcp", 18080, "shop.service") in {row[:3] for row in rows[1]}
    for tool in ("sudo_rules", "cron_jobs"):
        assert "hunter2" not in str(by_daemon(host, tool)), "of a command its program alone (R39)"


def test_a_service_that_leaks_is_told_by_the_daemon(host: Machine) -> None:
    def told() -> bool:
        said = host.stillwatch("incidents", "--json").stdout or "[]"
        return any(
            one["subject"] == "leaky.service" and "process-leak" in json.dumps(one["cause"]) for one in json.loads(said)
        )

    host.run(["systemctl", "restart", "stillwatch.service"])
    host.wait(told, "the incident of leaky.service", seconds=40)
    said = host.run(["journalctl", "-u", "stillwatch-peek.service", "-o", "cat"], check=False).stdout
    assert "typed fact" not in said  # or each minute would bring two lines
