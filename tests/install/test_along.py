"""R38: what goes down along with a verb is read off the host before polkit is told to grant it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from stillwatch.install import along
from stillwatch.install.along import Along, Host, along_with
from stillwatch.install.installer import Installer
from stillwatch.unit import transaction
from stillwatch.unit.protected import protected_by

UNITS = {
    "maint.service": "ActiveState=inactive\nConflicts=ssh.service late.service",
    "ssh.service": "ActiveState=active\nNames=ssh.service sshd.service\nTriggeredBy=ssh.socket",
    "late.service": "ActiveState=inactive",
    "tied.service": 'ActiveState=active\nPropagatesReloadTo="a\\\\x2db.service"',
    "a\\x2db.service": "ActiveState=active",
    "web.service": "ActiveState=inactive\nWants=batch.service",
    "batch.service": "ActiveState=inactive\nTriggeredBy=night.timer",
    "night.timer": "ActiveState=active\nNames=night.timer nightly.timer\nTriggers=batch.service",
    "quit.service": "ActiveState=active\nPropagatesStopTo=up.service",
    "up.service": "ActiveState=active\nExecStart={ path=/opt/x/openvpn ; argv[]=/opt/x/openvpn ; }",
    "alone.service": "ActiveState=inactive\nOnSuccess=late.service\nOnSuccessJobMode=isolate",
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


async def taken_along(host: Machine, units: Iterable[str]) -> Along:
    known = Host(host)
    units = list(units)
    await known.ask_all(units)
    return await along_with(known.facts, units)


async def test_r38_what_runs_and_would_go_down_or_be_reloaded_is_told(host: Machine) -> None:
    found = await taken_along(host, UNITS)
    ((verb, names),) = found["start", "maint.service"]
    assert verb == "stop" and protected_by(names.own) and "ssh.socket" in names.relatives
    assert found["stop", "maint.service"] == () and found["stop", "late.service"] == ()
    assert [(verb, names.own) for verb, names in found["reload", "tied.service"]] == [("reload", ("a\\x2db.service",))]
    absent = 1
    assert host.asked == 1 + absent, "all that is loaded is asked about in one go"


async def test_r38_what_would_be_started_is_told_with_what_triggers_it_by_any_name(host: Machine) -> None:
    found = await taken_along(host, UNITS)
    ((verb, names),) = found["start", "web.service"]
    assert (verb, names.own) == ("start", ("batch.service",)) and "nightly.timer" in names.relatives


async def test_r38_r40_what_would_go_down_is_told_by_what_it_runs(host: Machine) -> None:
    ((verb, names),) = (await taken_along(host, ["quit.service"]))["stop", "quit.service"]
    assert verb == "stop" and protected_by(names.relatives) and not protected_by(names.own)


async def test_r38_where_all_else_would_stop_nothing_is_granted(host: Machine) -> None:
    (verb, names), _ = (await taken_along(host, ["alone.service"]))["start", "alone.service"]
    assert verb == "stop" and protected_by(names.own)


async def test_r38_where_too_much_hangs_together_nothing_is_granted(
    host: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "MOST_UNITS", 1)
    found = await taken_along(host, ["maint.service"])
    assert protected_by(found["start", "maint.service"][0][1].own)


async def test_a_unit_that_is_absent_changes_nothing(host: Machine) -> None:
    found = await taken_along(host, ["no.service"])
    assert all(found[verb, "no.service"] == () for verb in along.VERBS)


async def test_what_is_not_loaded_is_asked_of_many_at_a_time(host: Machine) -> None:
    strangers = [f"u{number}.service" for number in range(along.AT_ONCE + 1)]
    await taken_along(host, strangers)
    assert host.asked == 3, "once for all that is loaded, and two command lines for the rest"
