"""The installed daemon killed around an incident, and on a full disk: what it tells afterwards is true, and once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.doors import Doors
from tests.support.drawn import drawn
from tests.support.installation import install, propose_and_approve
from tests.support.rig import Machine

pytestmark = [pytest.mark.container, pytest.mark.timeout(900)]
DAEMON, SHOP = "stillwatch.service", "shop.service"
UNIT = """[Service]
ExecStartPre=/usr/bin/grep -q good /etc/shop.conf
ExecStart=/usr/bin/sleep infinity
"""


@pytest.fixture
def host(machine: Machine) -> Machine:
    install(machine)
    machine.unit(SHOP, UNIT, start=True)
    machine.run(["systemctl", "start", "stillwatch-keep.service"])
    return machine


def about_the_shop(host: Machine) -> list[dict[str, Any]]:
    """Open incidents of the shop, as the daemon tells them; none while it does not answer."""
    doors = Doors(host)
    if not doors.watches():
        return []
    return [
        one for one in doors.incidents() if one["subject"] == SHOP and one["state"] not in ("resolved", "recovered")
    ]


def kill(host: Machine, unit: str = DAEMON) -> None:
    host.run(["systemctl", "kill", "--signal=KILL", unit])


def back(host: Machine) -> None:
    host.run(["systemctl", "reset-failed", DAEMON], check=False)
    host.run(["systemctl", "start", DAEMON])
    host.wait(Doors(host).watches, "the daemon to have read everything", seconds=120)


def break_shop(host: Machine) -> None:
    host.write("/etc/shop.conf", "broken\n")
    host.run(["systemctl", "restart", SHOP], check=False)
    host.wait_failed(SHOP)


def told_once(host: Machine) -> dict[str, Any]:
    host.wait(lambda: about_the_shop(host), "the shop's incident", seconds=120)
    found = about_the_shop(host)
    assert len(found) == 1, found
    return found[0]


def before_it_breaks(host: Machine) -> None:
    kill(host)
    break_shop(host)


def as_it_breaks(host: Machine) -> None:
    break_shop(host)
    kill(host)


def once_it_is_told(host: Machine) -> None:
    break_shop(host)
    told_once(host)
    kill(host)


def again_and_again(host: Machine) -> None:
    break_shop(host)
    for _ in range(3):
        kill(host)
        host.run(["systemctl", "reset-failed", DAEMON], check=False)
        host.run(["systemctl", "start", DAEMON])


def with_the_gate(host: Machine) -> None:
    break_shop(host)
    kill(host, "stillwatch-gate.service")
    kill(host)


MOMENTS: tuple[Callable[[Machine], None], ...] = (
    before_it_breaks, as_it_breaks, once_it_is_told, again_and_again, with_the_gate,
)  # fmt: skip


@pytest.mark.parametrize("count", [1, pytest.param(len(MOMENTS), marks=pytest.mark.soak)])
def test_r31_a_daemon_killed_around_an_incident_tells_it_once_and_to_its_end(host: Machine, count: int) -> None:
    for moment in drawn(MOMENTS, count):
        host.wait(Doors(host).watches, "the daemon to have read everything", seconds=120)
        moment(host)
        back(host)
        incident = told_once(host)
        assert Doors(host).status()["status"] != "healthy", (moment, incident)
        said = propose_and_approve(host, "restore_file", "/etc/shop.conf", unit=SHOP)
        kill(host)  # its own change, while it looks
        back(host)
        assert host.properties(SHOP)["ActiveState"] == "active", said
        host.wait(lambda: not about_the_shop(host), "the incident to end", seconds=120)


def test_r29_a_daemon_on_a_full_disk_says_so_and_goes_on_once_there_is_room(host: Machine) -> None:
    state = "/var/lib/stillwatch"
    host.run(["systemctl", "stop", DAEMON])
    host.run(["cp", "-a", state, "/var/lib/kept"])
    owner = host.run(["stat", "-c", "%u:%g", state]).stdout.strip()
    host.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=0750", "tmpfs", state])
    host.run(["sh", "-c", f"cp -a /var/lib/kept/. {state}/ && chown {owner} {state}"])
    back(host)
    host.run(["sh", "-c", f"cat /dev/zero >{state}/filler; true"], check=False)
    break_shop(host)
    host.wait(
        lambda: Doors(host).status().get("status") not in (None, "healthy"), "a status that is not well", seconds=120
    )
    since = host.run(["journalctl", "-u", DAEMON, "--no-pager", "-o", "cat"]).stdout
    assert "Traceback" not in since, since[-3000:]
    host.run(["rm", f"{state}/filler"])
    told_once(host)
    assert "Traceback" not in host.run(["journalctl", "-u", DAEMON, "--no-pager", "-o", "cat"]).stdout
    assert host.properties(DAEMON)["NRestarts"] == "0"
