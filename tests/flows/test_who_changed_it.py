"""Who edited a file with sudo is named where the service breaks of it; an ordinary day is no incident."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.rig import Machine

pytestmark = pytest.mark.container
SUDO = "   ann : TTY=pts/0 ; PWD=/etc/nginx ; USER=root ; COMMAND=/usr/bin/nano nginx.conf"
DAY = """
systemctl start nginx ssh cron
logrotate -f /etc/logrotate.conf
run-parts /etc/cron.daily
systemctl restart nginx cron ssh systemd-journald
systemctl reload nginx
systemctl start apt-daily.service systemd-tmpfiles-clean.service
systemctl daemon-reload
useradd -m ann && su - ann -c id
systemctl stop nginx
systemctl start nginx
"""


def checked(machine: Machine) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(machine.stillwatch("check", "--json", "--no-model", timeout=180).stdout)
    return report


def test_an_edit_with_sudo_is_told_with_person_file_and_time(machine: Machine) -> None:
    machine.run(["systemctl", "start", "nginx"])
    machine.run(["logger", "-t", "sudo", "-p", "authpriv.notice", SUDO])
    machine.write("/etc/nginx/nginx.conf", machine.read("/etc/nginx/nginx.conf") + "\ncolour blue;\n")
    machine.run(["systemctl", "restart", "nginx"], check=False)
    (incident,) = checked(machine)["incidents"]
    assert (incident["cause"]["id"], incident["cause"]["object"]) == ("bad-config", "/etc/nginx/nginx.conf")
    assert "ann ran /usr/bin/nano nginx.conf with sudo at" in incident["cause"]["text"]


def test_an_ordinary_day_is_no_incident(machine: Machine) -> None:
    machine.run(["sh", "-c", DAY], check=False, timeout=120)
    assert [(one["severity"], one["summary"]) for one in checked(machine)["incidents"]] == []


STOCK = """#!/usr/bin/python3
{lines}
import http.server
http.server.HTTPServer(("127.0.0.1", 7000), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
STOCK_UNIT = "[Service]\nExecStart=/usr/bin/stockd --port 7000\n[Install]\nWantedBy=multi-user.target\n"
TILL = """#!/usr/bin/python3
import time, urllib.request
while True:
    try:
        urllib.request.urlopen("http://127.0.0.1:7000/").read()
    except OSError as error:
        print(f"ERROR: cannot reach the stock at 127.0.0.1:7000: {error}", flush=True)
    time.sleep(0.2)
"""
CONTROL = (
    "Package: stockd\nVersion: {version}\nArchitecture: all\nMaintainer: ann <ann@example.org>\nDescription: stock\n"
)


def package(machine: Machine, version: str, lines: str) -> str:
    """A package of a service, built in the machine; its file."""
    machine.write("/root/stockd/DEBIAN/control", CONTROL.format(version=version))
    machine.write("/root/stockd/usr/bin/stockd", STOCK.format(lines=lines), 0o755)
    machine.write("/root/stockd/lib/systemd/system/stockd.service", STOCK_UNIT)
    file = f"/root/stockd_{version}.deb"
    machine.run(["dpkg-deb", "--root-owner-group", "-b", "/root/stockd", file])
    return file


def by_ann(machine: Machine, command: str) -> None:
    said = f"     ann : TTY=pts/0 ; PWD=/root ; USER=root ; COMMAND=/usr/bin/{command}"
    machine.run(["logger", "-t", "sudo", "-p", "authpriv.notice", said])
    machine.run(["sh", "-c", command], check=False)


def test_who_upgraded_a_package_is_told(machine: Machine) -> None:
    good, bad = package(machine, "1.0", ""), package(machine, "2.0", "import stocklib")
    machine.run(["sh", "-c", f"dpkg -i {good}; systemctl enable --now stockd"])
    by_ann(machine, f"dpkg -i {bad}")
    machine.run(["systemctl", "restart", "stockd"])
    machine.wait_failed("stockd.service")
    (incident,) = checked(machine)["incidents"]
    assert (incident["subject"], incident["cause"]["object"]) == ("stockd.service", "stocklib")
    assert "ann (with sudo) upgraded stockd with dpkg at" in incident["cause"]["text"]


def test_who_disabled_a_unit_that_another_one_needs_is_told(machine: Machine) -> None:
    machine.run(["dpkg", "-i", package(machine, "1.0", "")])
    machine.run(["systemctl", "enable", "--now", "stockd"])
    machine.write("/usr/bin/till", TILL, 0o755)
    machine.unit("till.service", "[Service]\nExecStart=/usr/bin/till\n", start=True)
    by_ann(machine, "systemctl disable --now stockd")
    refused = ["sh", "-c", "test $(journalctl -u till | grep -c refused) -gt 5"]
    machine.wait(lambda: machine.run(refused, check=False).returncode == 0, "refused connections")
    (incident,) = checked(machine)["incidents"]
    assert (incident["cause"]["id"], incident["cause"]["object"]) == ("dependency-failed", "stockd.service")
    assert "ann ran /usr/bin/systemctl disable --now stockd with sudo at" in incident["cause"]["text"]


def test_whoever_was_root_when_a_file_was_edited_is_told(machine: Machine) -> None:
    accepted = "Accepted publickey for root from 192.0.2.7 port 5022 ssh2: ED25519 SHA256:x"
    machine.run(["logger", "-t", "sshd", "-p", "auth.info", accepted])
    machine.run(["systemctl", "start", "nginx"])
    machine.write("/etc/nginx/nginx.conf", machine.read("/etc/nginx/nginx.conf") + "\ncolour blue;\n")
    machine.run(["systemctl", "restart", "nginx"], check=False)
    (incident,) = checked(machine)["incidents"]
    assert incident["cause"]["object"] == "/etc/nginx/nginx.conf"
    assert "root (logged in from 192.0.2.7 at" in incident["cause"]["text"]
