"""Stillwatch on a booted machine as `install` would leave it, with a small service; and its sockets asked."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from stillwatch.gate.grants import granted
from stillwatch.gate.policy import read_policy
from stillwatch.install.layout import ENABLED, POLKIT, layout
from stillwatch.install.polkit import polkit_rules
from tests.support.rig import REPOSITORY, Machine

ASK = """import socket, sys
door = socket.socket(socket.AF_UNIX)
door.connect(sys.argv[1])
door.sendall(sys.argv[2].encode() + b"\\n")
door.shutdown(socket.SHUT_WR)
print(door.makefile().read())"""
UNIT = """[Service]
ExecStart=/usr/bin/python3 -m http.server --bind 127.0.0.1 --directory /usr/share/doc {port}
User=www-data
"""
DECLARED = """
[[timers]]
unit = "logrotate.timer"
[[files]]
name = "shop-conf"
path = "/etc/shop.conf"
test = ["/usr/bin/grep", "-q", "good", "/etc/shop.conf"]
unit = "shop.service"
[[ownership]]
name = "shop-data"
path = "/srv/shop"
owner = "www-data"
group = "www-data"
mode = "0750"
"""


def install(machine: Machine, declared: str = DECLARED) -> Machine:
    """declared: what the policy file declares beside the rules that are shipped."""
    policy = (REPOSITORY / "src/stillwatch/gate/default_policy.toml").read_text() + declared
    machine.write("/etc/systemd/system/shop.service", UNIT.format(port=18080))
    machine.write("/etc/shop.conf", "good\n")
    machine.run(["mkdir", "/srv/shop"])
    for path, text in layout(machine.service_python()).items():
        machine.write(str(path), text)
    machine.write("/etc/stillwatch/policy.toml", policy)
    machine.write("/etc/stillwatch/policy.applied", hashlib.sha256(policy.encode()).hexdigest())
    machine.write("/etc/stillwatch/stillwatch.toml", "[llm.trigger]\nenabled=false\n[llm.review]\nenabled=false\n")
    units = ["shop.service", "nginx.service", "ssh.service"]
    grants = granted(read_policy(policy.encode(), "policy"), units)
    machine.write(str(POLKIT), polkit_rules(grants))
    machine.run(["systemd-sysusers"])
    machine.run(["systemd-tmpfiles", "--create", "/etc/tmpfiles.d/stillwatch.conf"])
    machine.run(["systemctl", "daemon-reload"])
    machine.run(["systemctl", "restart", "polkit"])
    machine.run(["systemctl", "enable", "--now", *ENABLED])
    return machine


def ask(host: Machine, user: str, socket: str, request: dict[str, Any]) -> dict[str, Any]:
    said = host.run(["python3", "-I", "-c", ASK, socket, json.dumps(request)], user=user, check=False, timeout=60)
    return json.loads(said.stdout) if said.returncode == 0 else {"denied": said.stderr.splitlines()[-1]}


def propose_and_approve(host: Machine, action: str, target: str, **arguments: Any) -> dict[str, Any]:
    """As the daemon, then as root at the admin socket."""
    request = {"verb": "propose", "action": action, "target": target, "arguments": arguments}
    waiting = ask(host, "stillwatch", "/run/stillwatch-gate/propose.sock", request)
    assert waiting.get("id"), waiting
    shown = ask(host, "root", "/run/stillwatch-gate/admin.sock", {"verb": "show", "id": waiting["id"]})
    assert "hash" in shown, shown
    approve = {"verb": "approve", "id": waiting["id"], "hash": shown["hash"]}
    return ask(host, "root", "/run/stillwatch-gate/admin.sock", approve)
