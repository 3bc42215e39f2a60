"""R38: what goes down along with a verb is read off the host before polkit is told to grant it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from stillwatch.install import along
from stillwatch.install.along import taken_along
from stillwatch.install.installer import Installer
from stillwatch.unit import transaction
from stillwatch.unit.names import Names
from stillwatch.unit.protected import protected_by

UNITS = {
    "maint.service": "ActiveState=inactive\nConflicts=ssh.service late.service",
    "ssh.service": "ActiveState=active\nNames=ssh.service sshd.service\nTriggeredBy=ssh.socket",
    "late.service": "ActiveState=inactive",
    "tied.service": 'ActiveState=active\nPropagatesReloadTo="a\\\\x2db.service"',
    "a\\x2db.service": "ActiveState=active",
}


class Machine(Installer):
    """A host with these units. asked: how often."""

    asked = 0

    async def lines(self, argv: Sequence[str]) -> list[str]:
        self.asked += 1
        names = UNITS if argv[-1] == "*" else [name for name in argv[argv.index("--") + 1 :] if name in UNITS]
        return "\n\n".join(f"Id={name}\nLoadState=loaded\n{UNITS[name]}" for name in names).splitlines()


@pytest.fixture
def host(tmp_path: Path) -> Machine:
    return Machine(lambda said: None, root=tmp_path)


async def test_r38_what_runs_and_would_go_down_or_be_reloaded_is_told(host: Machine) -> None:
    found = await taken_along(host, {name: Names.of((name,)) for name in UNITS})
    ((verb, names),) = found["start", "maint.service"]
    assert verb == "stop" and protected_by(names.own) and "ssh.socket" in names.relatives
    assert found["stop", "maint.service"] == () and found["start", "late.service"] == ()
    assert [(verb, names.own) for verb, names in found["reload", "tied.service"]] == [("reload", ("a\\x2db.service",))]
    assert host.asked == 1, "all that is loaded is asked about in one go"


async def test_r38_where_too_much_hangs_together_nothing_is_granted(
    host: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "MOST_UNITS", 1)
    found = await taken_along(host, {"maint.service": Names.of(("maint.service",))})
    assert protected_by(found["start", "maint.service"][0][1].own)


async def test_a_unit_that_is_absent_changes_nothing(host: Machine) -> None:
    found = await taken_along(host, {"no.service": Names.of(("no.service",))})
    assert all(found[verb, "no.service"] == () for verb in along.VERBS)


async def test_what_is_not_loaded_is_asked_of_many_at_a_time(host: Machine) -> None:
    strangers = [f"u{number}.service" for number in range(along.AT_ONCE + 1)]
    await taken_along(host, {name: Names.of((name,)) for name in strangers})
    assert host.asked == 3, "once for all that is loaded, and two command lines for the rest"
