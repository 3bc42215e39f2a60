"""Taking changes back on a booted machine: asked for in a chat, approved with a real one-time code, or refused."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from stillwatch.gate.totp import STEP, code_at
from tests.support.drawn import drawn
from tests.support.facts import facts
from tests.support.mending import Estate, at_work
from tests.support.rig import PYTHON, Machine

pytestmark = [pytest.mark.container, pytest.mark.timeout(300)]
CHAT = """
import asyncio, sys
from functools import partial
from stillwatch.config import find_paths
from stillwatch.gate.client import ask_async
from stillwatch.chat.chat_commands import ChatCommands, exact_order
places = find_paths(None, None, None)
orders = ChatCommands(service=None, clock=None, gate=partial(ask_async, places))
order = exact_order(" ".join(sys.argv[1:]))
print(asyncio.run(orders.carry_out(order) if order else orders.undo()))
"""
"""What the daemon does with "undo the last change" and with an exact order, as its own user at its own socket."""
DECLARED = """
[[rule]]
name = "more-after-approval"
actions = ["unmask_unit", "mount_unit", "repoint_symlink"]
verdict = "ask"
[[needed]]
unit = "cellar.service"
[[mounts]]
path = "/srv/photos"
[[releases]]
name = "cellar"
path = "/opt/cellar/current"
directory = "/opt/cellar/releases"
unit = "cellar.service"
"""
CELLAR = "[Service]\nExecStart=/usr/bin/sleep infinity\n"
PHOTOS = "[Mount]\nWhat=tmpfs\nWhere=/srv/photos\nType=tmpfs\n"
GALLERY = "[Unit]\nRequiresMountsFor=/srv/photos\n[Service]\nExecStart=/usr/bin/sleep infinity\n"
PROPOSE = """
import json, sys
from stillwatch.config import find_paths
from stillwatch.gate.client import say
reply = say(find_paths(None, None, None), "propose", door="propose", action=sys.argv[1], target=sys.argv[2])
print(json.dumps(reply))
"""


class Owner:
    """Somebody with a chat window and an authenticator; approvals of plain changes are root's."""

    def __init__(self, estate: Estate) -> None:
        self.estate, self.machine = estate, estate.machine
        uri = json.loads(self.machine.stillwatch("approvals", "enroll", "--json").stdout)["uri"]
        text = parse_qs(urlsplit(uri).query)["secret"][0]
        self.secret = base64.b32decode(text + "=" * (-len(text) % 8))
        self.step = 0

    def chat(self, *words: str) -> str:
        return self.machine.run([PYTHON, "-I", "-c", CHAT, *words], user="stillwatch").stdout.strip()

    def code(self) -> str:
        """The next step's that was not used yet; the gate takes those of one step around now. The one before only in
        the first half of a step: a busy machine needs seconds to say it."""
        now, into = divmod(time.time(), STEP)
        self.step = max(self.step + 1, int(now) - (into < STEP / 2))
        self.estate.wait(lambda: self.step <= int(time.time()) // STEP + 1, "the next code", seconds=2 * STEP)
        return code_at(self.secret, self.step)

    def have_done(self, action: str, target: str) -> str:
        """The id of a change that root had made."""
        proposed = self.machine.run([PYTHON, "-I", "-c", PROPOSE, action, target], user="stillwatch")
        reply = json.loads(proposed.stdout)
        assert reply["state"] == "waiting", reply
        done = self.machine.stillwatch("approvals", "approve", reply["id"], "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        return str(reply["id"])

    def take_back(self, change: str) -> None:
        """In the chat, with a code; a yes alone and a wrong code do nothing."""
        asked = self.chat("undo")
        assert facts(asked)[0] == change, asked
        found = re.search(r"(A-\d+), undo (A-\d+), waits for your approval", asked)
        assert found and found[2] == change, asked
        assert "is wrong" in self.chat("approve", found[1], "000000")
        assert f"{found[1]}, undo {change}, is done" in self.chat("approve", found[1], self.code())
        assert self.shown(change)["state"] == "undone"

    def undo(self, change: str) -> None:
        """At the command line."""
        told = self.machine.stillwatch("undo", change, "--yes")
        assert (told.returncode, self.shown(change)["state"]) == (0, "undone"), told.stdout + told.stderr

    def shown(self, change: str) -> dict[str, Any]:
        found: dict[str, Any] = self.estate.json("approvals", "show", change)
        return found


def active(owner: Owner, unit: str) -> str:
    return owner.machine.properties(unit)["ActiveState"]


def owned(owner: Owner, path: str) -> str:
    return owner.machine.run(["stat", "-c", "%U:%G %a", path]).stdout.strip()


def a_stop_and_a_start(owner: Owner) -> None:
    unit = owner.estate.shop.web.unit
    owner.take_back(owner.have_done("stop_unit", unit))
    assert active(owner, unit) == "active"

    owner.machine.run(["systemctl", "stop", unit])
    started = owner.have_done("start_unit", unit)
    told = owner.machine.stillwatch("undo", started, "--yes")
    assert (told.returncode, active(owner, unit)) == (0, "inactive"), told.stdout + told.stderr

    again = owner.have_done("start_unit", unit)
    owner.machine.run(["systemctl", "reset-failed", unit])
    owner.machine.run(["systemctl", "restart", unit])
    assert f"not as {again} " in owner.chat("undo")
    refused = owner.machine.stillwatch("undo", again, "--yes")
    assert (refused.returncode, active(owner, unit)) == (4, "active"), refused.stdout + refused.stderr


def repaired_ownership(owner: Owner) -> None:
    path, user = owner.estate.shop.records, owner.estate.shop.user
    owner.machine.run(["chown", "-R", "daemon:daemon", path])
    owner.machine.run(["chmod", "0700", path])
    change = owner.have_done("repair_ownership", "shop-records")
    assert owned(owner, path) == f"{user}:{user} 755"
    owner.take_back(change)
    assert owned(owner, path) == "daemon:daemon 700"

    again = owner.have_done("repair_ownership", "shop-records")
    owner.machine.run(["chmod", "0750", path])
    assert f"not as {again} " in owner.chat("undo")
    assert owner.machine.stillwatch("undo", again, "--yes").returncode == 4
    assert owned(owner, path) == f"{user}:{user} 750"


def a_restored_file(owner: Owner) -> None:
    service = owner.estate.shop.api
    good = owner.machine.read(service.config)
    broken, mine = good + "\nnonsense = = =\n", good + "\n# mine\n"
    owner.machine.run(["systemctl", "start", "stillwatch-keep.service"])
    owner.machine.write(service.config, broken)
    change = owner.have_done("restore_file", "api-conf")
    assert owner.machine.read(service.config) == good
    owner.take_back(change)
    assert owner.machine.read(service.config) == broken

    again = owner.have_done("restore_file", "api-conf")
    owner.machine.write(service.config, mine)
    assert f"not as {again} " in owner.chat("undo")
    assert owner.machine.stillwatch("undo", again, "--yes").returncode == 4
    assert owner.machine.read(service.config) == mine


def an_enabled_timer(owner: Owner) -> None:
    """One that was only stopped stays enabled."""
    timer = owner.estate.shop.timer
    for verb, before in ((["stop"], "enabled"), (["disable", "--now"], "disabled")):
        owner.machine.run(["systemctl", *verb, timer])
        change = owner.have_done("enable_timer", timer)
        assert active(owner, timer) == "active"
        told = owner.machine.stillwatch("undo", "--yes")
        assert told.returncode == 0 and f"take back {change}" in told.stdout, told.stdout + told.stderr
        now = owner.machine.run(["systemctl", "is-enabled", timer], check=False).stdout.strip()
        assert (now, active(owner, timer)) == (before, "inactive")


def declare_more(owner: Owner) -> None:
    machine = owner.machine
    machine.write("/usr/lib/systemd/system/cellar.service", CELLAR)
    machine.unit("srv-photos.mount", PHOTOS)
    machine.unit("gallery.service", GALLERY)
    machine.run(["mkdir", "-p", "/srv/photos", "/opt/cellar/releases/1", "/opt/cellar/releases/2"])
    machine.run(["ln", "-s", "releases/0", "/opt/cellar/current"])
    machine.write("/etc/stillwatch/policy.toml", machine.read("/etc/stillwatch/policy.toml") + DECLARED)
    done = machine.stillwatch("policy", "apply")
    assert done.returncode == 0, done.stdout + done.stderr


def a_mask(owner: Owner) -> None:
    def mask() -> str:
        return owner.machine.run(["systemctl", "is-enabled", "cellar.service"], check=False).stdout.strip()

    owner.machine.run(["systemctl", "mask", "cellar.service"])
    change = owner.have_done("unmask_unit", "cellar.service")
    assert mask() == "static"
    owner.undo(change)
    assert mask() == "masked"
    owner.machine.run(["systemctl", "unmask", "cellar.service"])


def a_mount(owner: Owner) -> None:
    """What needs the place is told before it is unmounted; what somebody else mounted there stays."""
    change = owner.have_done("mount_unit", "/srv/photos")
    owner.machine.run(["systemctl", "start", "gallery.service"])
    proposed = json.loads(owner.machine.run([PYTHON, "-I", "-c", PROPOSE, "undo", change], user="stillwatch").stdout)
    assert "gallery.service" in proposed["shown"]["blast_radius"], proposed
    owner.undo(change)
    assert (active(owner, "srv-photos.mount"), active(owner, "gallery.service")) == ("inactive", "inactive")

    again = owner.have_done("mount_unit", "/srv/photos")
    owner.machine.run(["systemctl", "restart", "srv-photos.mount"])
    assert owner.machine.stillwatch("undo", again, "--yes").returncode == 4
    assert active(owner, "srv-photos.mount") == "active"


def a_link(owner: Owner) -> None:
    change = owner.have_done("repoint_symlink", "cellar")
    link = ["readlink", "/opt/cellar/current"]
    assert owner.machine.run(link).stdout.strip() == "releases/2"
    owner.undo(change)
    assert owner.machine.run(link).stdout.strip() == "releases/0"


CHANGES = (a_stop_and_a_start, repaired_ownership, a_restored_file, an_enabled_timer, a_mask, a_mount, a_link)
TWICE = {a_stop_and_a_start, an_enabled_timer}
"""Of these two are taken back."""


@pytest.mark.parametrize(
    "changes",
    [
        drawn(CHANGES, 3),
        *(pytest.param(half, marks=pytest.mark.soak) for half in (CHANGES[:4], CHANGES[4:])),
    ],
    ids=["drawn", "all", "all more"],
)
def test_taken_back_after_approval_and_not_where_the_host_moved_on(
    boot: Callable[..., Machine], seed: int, changes: tuple[Callable[[Owner], None], ...]
) -> None:
    """A whole shop, at suggest: whatever the daemon proposes meanwhile only waits."""
    owner = Owner(at_work(boot, "F03", seed, "suggest"))
    declare_more(owner)
    for change in changes:
        change(owner)
    assert owner.estate.kinds().count("undone") == sum(1 + (change in TWICE) for change in changes)
    assert owner.machine.stillwatch("audit", "verify").returncode == 0
