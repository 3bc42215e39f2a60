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
