"""The closed loop on a booted machine, without models: incident → proposal → decision → action → verified → resolved.

One fault, one level of autonomy, one fresh machine. A run mends three of the ten faults, drawn anew, and some of the
others are diagnosed (test_diagnosis.py); a `soak` runs every fault at every level.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from evals import scenario
from stillwatch.daemon.loops import NO_CHANGES
from tests.support.drawn import drawn
from tests.support.mending import (
    CONFIGURATION,
    DAEMON,
    GATE,
    LEVELS,
    Estate,
    assert_bystanders,
    at_work,
    broken,
    canaries_now,
    install,
    policy,
    standing,
)
from tests.support.rig import Machine
from tests.support.shop import open_shop

pytestmark = [pytest.mark.container, pytest.mark.timeout(300)]
Boot = Callable[..., Machine]
FAULTS = ("F01", "F02", "F03", "F04", "F05", "F06", "F08", "F16", "F23", "F26")
MENDED = drawn(FAULTS, 3)
"""In this run."""
LOW_RISK = ("F05", "F06", "F08", "F16", "F23", "F26")
"""Their remedy may run at auto-safe."""
TRAPS = ("T01", "T04", "T08")
NEW_USER = {"/etc/passwd", "/etc/shadow", "/etc/passwd-", "/etc/shadow-"}
"""F02's stray belongs to somebody who is new."""
BY_ITSELF = drawn(MENDED, len(MENDED) // 2)
AFTER_APPROVAL = tuple(name for name in MENDED if name not in BY_ITSELF)


def assert_mended(estate: Estate) -> None:
    """Verified, closed by itself, written down whole; nothing else was touched."""
    estate.wait(estate.verified, "the fault to be mended")
    estate.wait(lambda: not estate.incidents(), "the incident to close itself")
    kinds = estate.kinds()
    assert {"proposed", "intent", "outcome"} <= set(kinds), estate.told()
    (intent,) = [record for record in estate.audit() if record["kind"] == "intent"]
    assert intent["action"] in estate.fault.actions, intent
    outcomes = [record for record in estate.audit() if record["kind"] == "outcome" and "verified" in record]
    assert [record["verified"] for record in outcomes] == [True], estate.told()
    assert estate.machine.stillwatch("audit", "verify").returncode == 0
    assert_nothing_else(estate)


def assert_nothing_else(estate: Estate) -> None:
    """The shop's other services too, where they do not hang on the one that failed."""
    changed = {path for path, digest in canaries_now(estate).items() if estate.before[0].get(path) != digest}
    assert changed <= (NEW_USER if estate.fault.id == "F02" else set())
    assert_bystanders(estate)


def at_rest(estate: Estate) -> tuple[dict[str, str], dict[str, str]]:
    """What is there, once nothing changes any more: PID 1 goes on for a while to start what the fault took down."""
    seen = [(canaries_now(estate), standing(estate.machine))]

    def again() -> bool:
        seen.append((canaries_now(estate), standing(estate.machine)))
        return seen[-1] == seen[-2]

    estate.wait(again, "the machine to come to rest")
    return seen[-1]


def stands_still(estate: Estate, before: tuple[dict[str, str], dict[str, str]], seconds: float) -> None:
    """Neither canary files nor any unit of the machine change for so long."""
    estate.stays(lambda: (canaries_now(estate), standing(estate.machine)) == before, "unchanged", seconds=seconds)


def mended_alone(boot: Boot, name: str, seed: int, level: str) -> None:
    estate = broken(boot, name, seed, level)
    assert_mended(estate)
    assert not [record for record in estate.audit() if record["kind"] == "approved"]


def mended_after_approval(boot: Boot, name: str, seed: int) -> None:
    estate = broken(boot, name, seed, "suggest")
    before = at_rest(estate)
    estate.wait(estate.waiting, "a proposal to wait for a person")
    stands_still(estate, before, 2)
    assert "intent" not in estate.kinds() and not estate.verified()
    (waiting,) = estate.waiting()
    done = estate.machine.stillwatch("approvals", "approve", waiting["id"], "--yes")
    assert done.returncode == 0, done.stdout + done.stderr + estate.told()
    assert_mended(estate)
    assert [record["by"] for record in estate.audit() if record["kind"] == "approved"] == ["uid 0"]


def unchanged(boot: Boot, name: str, seed: int) -> None:
    estate = broken(boot, name, seed, "observe")
    before = at_rest(estate)
    estate.wait(lambda: [one for one in estate.incidents() if one["decision"]], "the fault to be found")
    stands_still(estate, before, 10)
    assert set(estate.kinds()) <= {"decided"}, estate.told()
    assert not estate.waiting() and not estate.verified()


@pytest.mark.parametrize("name", BY_ITSELF)
def test_mended_by_itself_at_auto_full(boot: Boot, name: str, seed: int) -> None:
    mended_alone(boot, name, seed, "auto-full")


@pytest.mark.parametrize("name", drawn(LOW_RISK, 1))
def test_low_risk_is_mended_by_itself_at_auto_safe(boot: Boot, name: str, seed: int) -> None:
    mended_alone(boot, name, seed, "auto-safe")


@pytest.mark.parametrize("name", AFTER_APPROVAL)
def test_mended_after_one_approval_at_suggest(boot: Boot, name: str, seed: int) -> None:
    mended_after_approval(boot, name, seed)


@pytest.mark.parametrize("name", drawn(FAULTS, 1))
def test_r9_nothing_changes_at_observe(boot: Boot, name: str, seed: int) -> None:
    unchanged(boot, name, seed)


@pytest.mark.soak
@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("level", LEVELS)
def test_every_fault_at_every_level(boot: Boot, name: str, level: str, seed: int) -> None:
    if level == "observe":
        unchanged(boot, name, seed)
    elif level == "suggest" or (level == "auto-safe" and name not in LOW_RISK):
        mended_after_approval(boot, name, seed)
    else:
        mended_alone(boot, name, seed, level)


@pytest.mark.parametrize("name", (*drawn(TRAPS, 1), "T15"))
def test_a_trap_changes_nothing_at_auto_full(boot: Boot, name: str, seed: int) -> None:
    trapped(boot, name, seed)


@pytest.mark.soak
@pytest.mark.parametrize("name", TRAPS)
def test_every_trap_changes_nothing_at_auto_full(boot: Boot, name: str, seed: int) -> None:
    trapped(boot, name, seed)


def trapped(boot: Boot, name: str, seed: int) -> None:
    estate = broken(boot, name, seed, "auto-full") if name != "T15" else with_bad_models(boot, seed)
    before = at_rest(estate)
    stands_still(estate, before, 10)
    assert "intent" not in estate.kinds(), estate.told()
    found = estate.incidents()
    if name == "T01":
        assert found == []
    else:
        assert {one["cause"]["id"] for one in found if one["cause"]} <= set(estate.fault.causes), found
        assert found
    for unit in (DAEMON, GATE):
        assert estate.machine.properties(unit)["NRestarts"] == "0"


def with_bad_models(boot: Boot, seed: int) -> Estate:
    """F01 with no good copy declared, so no rule knows a remedy: what the models say, or fail to say, is no order."""
    fault, machine = scenario.load("T15"), boot()
    shop = open_shop(machine, seed)
    fault.inject(machine, shop)
    machine.write(CONFIGURATION, 'autonomy = "auto-full"\n' + machine.read(CONFIGURATION))
    install(machine, policy(shop, files=False))
    estate = Estate(machine=machine, shop=shop, fault=fault, level="auto-full")
    estate.wait(estate.incidents, "the incident to open")
    return estate


def kinds_of(estate: Estate, kind: str) -> list[dict[str, Any]]:
    return [record for record in estate.audit() if record["kind"] == kind]


def test_r13_pause_stops_new_changes_within_a_second(boot: Boot, seed: int) -> None:
    estate = at_work(boot, "F26", seed, "auto-full")
    assert estate.machine.stillwatch("pause").returncode == 0
    estate.fault.inject(estate.machine, estate.shop)
    estate.wait(estate.waiting, "the proposal to wait")
    estate.stays(lambda: "intent" not in estate.kinds() and not estate.verified(), "nothing was begun", seconds=3)
    assert estate.machine.stillwatch("resume").returncode == 0
    (waiting,) = estate.waiting()
    assert estate.machine.stillwatch("approvals", "approve", waiting["id"], "--yes").returncode == 0
    assert_mended(estate)


def test_without_its_gate_the_daemon_observes_and_says_so(boot: Boot, seed: int) -> None:
    estate = at_work(boot, "F26", seed, "auto-full")
    machine = estate.machine
    machine.run(["systemctl", "stop", GATE, "stillwatch-gate-propose.socket", "stillwatch-gate-admin.socket"])
    estate.fault.inject(machine, estate.shop)
    estate.wait(estate.incidents, "the incident to be seen")
    assert machine.properties(DAEMON)["ActiveState"] == "active"
    estate.wait(lambda: NO_CHANGES in machine.stillwatch("status").stdout, "status to say so")
    found = json.loads(machine.stillwatch("doctor", "--json").stdout)["findings"]
    assert not all(one["ok"] for one in found if one["topic"] == "gate")
    fetch = "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:8083/health').read().decode())"
    assert "gate" in json.loads(machine.run(["python3", "-I", "-c", fetch]).stdout)["troubled"]
    machine.run(["systemctl", "start", "stillwatch-gate-propose.socket", "stillwatch-gate-admin.socket", GATE])
    estate.before[1].pop(GATE)
    assert_mended(estate)


@pytest.mark.parametrize("victim", drawn([DAEMON, GATE], 1))
def test_r29_killed_in_the_middle_of_a_change_it_is_done_once_and_told(boot: Boot, seed: int, victim: str) -> None:
    estate = broken(boot, "F03", seed, "auto-full")
    machine = estate.machine
    anchored = ["journalctl", "-q", "-o", "cat", "-u", GATE, "--grep=^audit 3 "]
    estate.wait(lambda: machine.run(anchored, check=False).stdout, "the third record, the intent, to be anchored")
    machine.run(["systemctl", "kill", "--signal=KILL", victim])
    estate.wait(lambda: machine.properties(victim)["ActiveState"] == "active", "it to come back")
    estate.wait(lambda: set(estate.kinds()) & {"outcome", "unknown"}, "the end of the change to be written down")
    estate.stays(lambda: len(kinds_of(estate, "intent")) <= 2, "one change and at most its undoing", seconds=3)
    intents, ends = kinds_of(estate, "intent"), kinds_of(estate, "unknown") + kinds_of(estate, "outcome")
    assert len([one for one in intents if not one.get("undo")]) == 1, estate.told()
    assert {one["id"] for one in ends} == {one["id"] for one in intents}
    assert machine.stillwatch("audit", "verify").returncode == 0
    estate.before[1].pop(victim)
    assert_nothing_else(estate)
