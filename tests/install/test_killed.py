"""kill -9 of the installed parts at every step of a real change: nothing twice, no half state unaudited, no untruth.

Six of some thirty points, drawn anew each run; a `soak` tries them all, again and again.
"""

from __future__ import annotations

import json

import pytest

from tests.support.installation import install
from tests.support.rig import CODE, PYTHON, Machine

pytestmark = pytest.mark.container

TEST = """#!/bin/sh
number=$(grep -o 'test@[0-9]*' /proc/self/cgroup | head -n 1)
while [ "${number#test@}" -ge "$(cat /etc/shop-go)" ]; do sleep 0.02; done
exec grep -q good /etc/shop.conf
"""
"""Which test it is stands in its control group; it stands still until /etc/shop-go is beyond that number."""
UNIT = """[Unit]
StartLimitIntervalSec=0
[Service]
ExecStartPre=/bin/sh -c 'printf x >>/var/lib/starts; while test -e /run/shop-hold; do sleep 0.02; done'
ExecStartPre=/bin/grep -q good /etc/shop.conf
ExecStart=/usr/bin/sleep infinity
"""
DECLARED = """
[[files]]
name = "shop-conf"
path = "/etc/shop.conf"
test = ["/usr/local/sbin/shop-test"]
unit = "shop.service"
"""


@pytest.fixture
def host(machine: Machine) -> Machine:
    installed = install(machine, DECLARED)
    installed.run(["systemctl", "disable", "--now", "stillwatch.service"])
    installed.write("/usr/local/sbin/shop-test", TEST, 0o755)
    installed.write("/etc/shop-go", "1000000000")
    installed.write("/var/lib/starts", "")
    installed.unit("shop.service", UNIT, start=True)
    installed.run(["systemctl", "start", "stillwatch-keep.service"])
    return installed


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kills", [4, pytest.param(500, marks=[pytest.mark.soak, pytest.mark.timeout(0)])])
def test_r29_the_parts_are_killed_at_every_step_of_a_change_and_its_undo(host: Machine, seed: int, kills: int) -> None:
    argv = [PYTHON, f"{CODE}/tests/install/killed_entry.py", str(seed), str(kills)]
    told = host.run(argv, timeout=60.0 + 30.0 * kills, env=host.stillwatch_environment())
    found = json.loads(told.stdout)
    assert found["wrong"] == [], found
    assert found["kills"] == kills and found["points"] >= 25, found
