"""A machine that mends itself: the shop open, Stillwatch installed by its own command, a policy that knows the shop."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from evals import scenario
from evals.scenario import Scenario
from tests.support.doors import Doors
from tests.support.rig import Machine
from tests.support.shop import Service, Shop, canaries, invocations, open_shop

DAEMON, GATE = "stillwatch.service", "stillwatch-gate.service"
CONFIGURATION = "/etc/stillwatch/stillwatch.toml"
LEVELS = ("observe", "suggest", "auto-safe", "auto-full")


DECLARED = json.dumps(
    [
        "enable_timer",
        "restore_file",
        "delete_rotated_logs",
        "run_runbook",
        "run_job",
        "repair_ownership",
        "remove_stale_lock",
    ]
)


def policy(shop: Shop, *, files: bool = True) -> str:
    """What this shop's owner would write: its three services and its own files, logs, spool, lock and timer."""
    units = json.dumps([service.unit for service in shop.services])
    return f"""protected = []

[[rule]]
name = "shop-services"
actions = ["start_unit", "restart_unit", "reset_failed"]
targets = {units}
cause = true
verdict = "allow"

[[rule]]
name = "shop-things"
actions = {DECLARED}
verdict = "allow"

[[rule]]
name = "strays"
actions = ["terminate_process"]
cause = true
verdict = "allow"

[[rule]]
name = "all-else"
actions = ["start_unit", "stop_unit", "restart_unit", "reload_unit", "reset_failed"]
verdict = "ask"

[[rotated_logs]]
name = "shop-logs"
directory = "{shop.logs}"
pattern = "access.log.*.gz"
older_than_days = 0

[[cleaners]]
unit = "{shop.cleaner}"

[[ownership]]
name = "shop-records"
path = "{shop.records}"
owner = "{shop.user}"
group = "{shop.user}"
mode = "0755"
below = true

[[timers]]
unit = "{shop.timer}"

[[locks]]
name = "shop-lock"
path = "{shop.db.lock}"
unit = "{shop.db.unit}"
program = "{PurePosixPath(shop.db.program).name[:15]}"
""" + "".join(_files(service) for service in shop.services if files)


def _files(service: Service) -> str:
    verify = ["/usr/bin/systemd-analyze", "verify", "--man=no", service.unit_file]
    tests = {service.unit_file: verify, service.config: [service.program, "--test", service.config]}
    return "".join(
        f"""
[[files]]
name = "{service.role}-{PurePosixPath(path).suffix[1:]}"
path = "{path}"
test = {json.dumps(test)}
unit = "{service.unit}"
"""
        for path, test in tests.items()
    )


@dataclass(kw_only=True)
class Estate:
    """machine: with the shop open and Stillwatch at work; before: what must still be so afterwards."""

    machine: Machine
    shop: Shop
    fault: Scenario
    level: str
    before: tuple[dict[str, str], dict[str, str]] = field(default_factory=lambda: ({}, {}))

    def json(self, *words: str) -> Any:
        done = self.machine.stillwatch(*words, "--json")
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    @property
    def doors(self) -> Doors:
        return Doors(self.machine)

    def incidents(self) -> list[dict[str, Any]]:
        return self.doors.incidents()

    def waiting(self) -> list[dict[str, Any]]:
        return self.doors.approvals()

    def audit(self) -> list[dict[str, Any]]:
        return self.doors.audit()

    def kinds(self) -> list[str]:
        return [record["kind"] for record in self.audit()]

    def verified(self) -> bool:
        return self.fault.verified(self.machine, self.shop)

    def told(self) -> str:
        """What was seen and done, for a test that failed."""
        log = ["journalctl", "--no-pager", "-q", "-n", "80", "-u", "stillwatch*"]
        commands = (["incidents", "list", "--json"], ["audit", "show", "--json"], ["status"])
        said = "\n".join(self.machine.stillwatch(*words).stdout for words in commands)
        return f"{said}\n{self.machine.run(log, check=False).stdout}"

    def wait(self, probe: Callable[[], Any], what: str, *, seconds: float = 40.0) -> Any:
        end = time.monotonic() + seconds
        while not (found := probe()):
            assert time.monotonic() < end, f"{self.fault.id} at {self.level}: waited in vain for {what}\n{self.told()}"
            time.sleep(0.2)
        return found

    def wait_failed(self, unit: str) -> None:
        """As the machine's, but the gate may have begun to mend it before anybody sees it failed."""
        state = self.machine.properties
        self.wait(lambda: state(unit)["ActiveState"] == "failed" or "intent" in self.kinds(), f"{unit} to fail")

    def stays(self, probe: Callable[[], Any], what: str, *, seconds: float) -> None:
        """Watch for so long that it is so all the time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert probe(), f"{self.fault.id} at {self.level}: {what} no longer\n{self.told()}"
            time.sleep(0.5)


def broken(boot: Callable[..., Machine], name: str, seed: int, level: str) -> Estate:
    """A machine at that level of autonomy with the fault injected."""
    estate = at_work(boot, name, seed, level)
    if level.startswith("auto"):
        estate.machine.wait_failed = estate.wait_failed  # type: ignore[method-assign]
    estate.fault.inject(estate.machine, estate.shop)
    return estate


def at_work(boot: Callable[..., Machine], name: str, seed: int, level: str) -> Estate:
    """The same before the fault."""
    fault = scenario.load(name)
    machine = boot(kernel_log=fault.kernel_log)
    shop = open_shop(machine, seed)
    machine.write(CONFIGURATION, configuration(level))
    install(machine, policy(shop))
    before = canaries(machine, shop), standing(machine)
    return Estate(machine=machine, shop=shop, fault=fault, level=level, before=before)


def configuration(level: str) -> str:
    """Without models."""
    tiers = "".join(f"[llm.{tier}]\nenabled = false\n" for tier in ("trigger", "review", "meta"))
    return f'autonomy = "{level}"\n{tiers}'


def install(machine: Machine, rules: str) -> None:
    """By the installer, beside the configuration that is there; neither daemon nor gate is root."""
    machine.write("/etc/stillwatch/policy.toml", rules)
    done = machine.stillwatch("install", timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    machine.wait(Doors(machine).watches, "the daemon to watch", seconds=120)
    for unit in (DAEMON, GATE):
        facts = machine.properties(unit)
        assert facts["ActiveState"] == "active", machine.run(["journalctl", "-u", unit, "--no-pager"]).stdout
        assert machine.run(["stat", "-c", "%u", f"/proc/{facts['MainPID']}"]).stdout.strip() != "0", unit


def standing(machine: Machine) -> dict[str, str]:
    """InvocationIDs of all active services but the helpers that answer one request and are gone."""
    return {
        unit: invocation
        for unit, invocation in invocations(machine).items()
        if not unit.startswith(
            ("stillwatch-act@", "stillwatch-peek.", "stillwatch-look@", "stillwatch-test@", "stillwatch-keep.")
        )
    }


def assert_bystanders(estate: Estate) -> None:
    """Every unit that neither the fault nor its remedy concerns runs on as before."""
    shop = estate.shop
    mine = {service.unit for service in shop.services} | {shop.backup, shop.cleaner}
    others = {unit: invocation for unit, invocation in estate.before[1].items() if unit not in mine}
    now = standing(estate.machine)
    assert {unit: now.get(unit) for unit in others} == others, estate.told()


def canaries_now(estate: Estate) -> dict[str, str]:
    return canaries(estate.machine, estate.shop)
