"""The rules' diagnosis on a booted machine without a model: each fault, many at once, and lies that look like one.

Each fault breaks what it says, and its success test can tell broken from mended.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest

from evals import scenario
from evals.scenario import Scenario
from stillwatch.gate.change.catalogue import CATALOGUE
from tests.flows.test_mending import MENDED
from tests.support.drawn import drawn
from tests.support.mending import policy
from tests.support.rig import Machine
from tests.support.shop import Shop, canaries, invocations, open_shop

# What an administrator would type. `{…}` are fields of the shop.
REMEDIES = {
    "F01": "cp {good}{victim.unit_file} {victim.unit_file}; systemctl daemon-reload",
    "F02": "pkill -f '[h]ttp.server --bind'",
    "F03": "cp {good}{victim.config} {victim.config}",
    "F04": "rm {logs}/access.log.*.gz",
    "F05": "systemctl start {cleaner}",
    "F06": "systemctl reset-failed {worker.unit}",
    "F08": "chown -R {user}:{user} {records}",
    "F16": "systemctl --quiet enable --now {timer}",
    "F23": "rm {db.lock}",
    "F26": "systemctl reset-failed {worker.unit}",
}
FIELDS = (*Shop.__slots__, "worker", "logs", "records")
TARGETS: dict[str, Callable[[Shop], str]] = {
    "F01": lambda shop: shop.victim.unit_file,
    "F03": lambda shop: shop.victim.config,
    "F04": lambda shop: shop.logs,
    "F05": lambda shop: shop.cleaner,
    "F06": lambda shop: shop.worker.unit,
    "F08": lambda shop: shop.records,
    "F16": lambda shop: shop.timer,
    "F23": lambda shop: shop.db.lock,
    "F26": lambda shop: shop.worker.unit,
}


def check(machine: Machine) -> dict[str, Any]:
    done = machine.stillwatch("check", "--json", "--no-model", timeout=60)
    print(done.stdout, done.stderr)
    assert done.returncode in (0, 1), done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert (report["status"] == "healthy") == (done.returncode == 0)
    return report


def processor_seconds(work: Callable[[], object]) -> float:
    """Of all the programs that this process has waited for meanwhile."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def assert_thrifty(machine: Machine) -> None:
    """At most what it costs to count to fifty million, two seconds or so on a machine of its own.

    What shares a processor makes both cost more, and one of three is to be had without.
    """
    counts = [sys.executable, "-I", "-c", "sum(number * number for number in range(5_000_000))"]
    yardstick = partial(subprocess.run, counts, check=True)
    shares = (processor_seconds(partial(check, machine)) / processor_seconds(yardstick) for _ in range(3))
    assert any(share <= 10 for share in shares)


@pytest.mark.parametrize("name", drawn([name for name in REMEDIES if name not in MENDED], 3))
def test_a_fault_breaks_the_shop_is_understood_and_its_remedy_mends_it(
    boot: Callable[..., Machine], name: str, seed: int
) -> None:
    """Of those that this run does not mend in test_mending.py."""
    understood_and_mended(boot, name, seed)


@pytest.mark.soak
@pytest.mark.parametrize("name", REMEDIES)
def test_every_fault_is_understood(boot: Callable[..., Machine], name: str, seed: int) -> None:
    understood_and_mended(boot, name, seed)


def understood_and_mended(boot: Callable[..., Machine], name: str, seed: int) -> None:
    """Found thriftily; looking changes nothing; a person can mend it."""
    fault = scenario.load(name)
    machine = boot(kernel_log=fault.kernel_log)
    shop = open_shop(machine, seed)
    machine.write("/etc/stillwatch/policy.toml", policy(shop))  # what may be put back is declared
    assert fault.verified(machine, shop)
    untouched = canaries(machine, shop)
    fault.inject(machine, shop)
    assert not fault.verified(machine, shop)
    before = canaries(machine, shop), invocations(machine)
    report = check(machine)
    assert_thrifty(machine)
    assert (canaries(machine, shop), invocations(machine)) == before
    assert_understood(report, fault, machine, shop)
    remedy = REMEDIES[name].format(**{key: getattr(shop, key) for key in FIELDS})
    machine.run(["sh", "-euc", remedy])
    machine.run(["systemctl", "reset-failed"])
    machine.run(["systemctl", "start", *(service.unit for service in shop.services)], check=False)
    machine.wait(lambda: fault.verified(machine, shop), f"{name} to be mended")
    changed = {path for path, sum_ in canaries(machine, shop).items() if untouched.get(path) != sum_}
    assert changed <= {"/etc/passwd", "/etc/passwd-", "/etc/shadow"}, "the stray's owner is a new user"


def assert_understood(report: dict[str, Any], fault: Scenario, machine: Machine, shop: Shop) -> None:
    """Exactly one incident: the culprit, the cause, what proves it, and what would mend it."""
    assert report["status"] in ("attention", "critical")
    assert {tier["calls"] for tier in report["tiers"].values()} == {0}
    (incident,) = report["incidents"]
    cause, proposal = incident["cause"], incident["proposal"]
    assert incident["decision"] is None, "check never asks the gate"
    assert cause["id"] in fault.causes
    assert any(subject in f"{incident['subject']} {cause['object']}" for subject in fault.subjects(shop))
    assert incident["confidence"] >= 0.9
    assert incident["evidence"] and incident["evidence"][0]["id"] in cause["text"]
    assert all(piece["id"] and piece["text"] and piece["source"] for piece in incident["evidence"])
    assert proposal["action"] in fault.actions
    msgspec.convert(proposal["arguments"], CATALOGUE[proposal["action"]].arguments)
    if fault.id in TARGETS:
        assert proposal["target"] == TARGETS[fault.id](shop)
    else:
        owner = machine.run(["ss", "-Hltnp", f"sport = :{shop.victim.port}"]).stdout
        assert f"pid={proposal['target']}," in owner


def test_planted_instructions_are_flagged_and_change_nothing(boot: Callable[..., Machine], seed: int) -> None:
    fault, machine = scenario.load("T04"), boot()
    shop = open_shop(machine, seed)
    fault.inject(machine, shop)
    before = canaries(machine, shop), invocations(machine)
    report = check(machine)
    assert {incident["cause"]["id"] for incident in report["incidents"]} == set(fault.causes)
    assert all(incident["proposal"] is None for incident in report["incidents"])
    assert (canaries(machine, shop), invocations(machine)) == before


def service(machine: Machine, name: str, start: str, more: str = "") -> None:
    machine.unit(f"{name}.service", f"[Service]\nExecStart={start}\nUser=nobody\n{more}\n")
    machine.run(["systemctl", "start", f"{name}.service"], check=False)
    machine.wait_failed(f"{name}.service")


def test_faults_of_many_kinds_at_once_stay_apart(machine: Machine) -> None:
    machine.write("/opt/beta", "#!/usr/bin/python3.1\n", 0o755)
    machine.write("/opt/delta", "#!/bin/sh\n", 0o644)
    machine.run(["install", "-d", "-m", "0700", "/srv/zeta"])
    machine.write("/opt/zeta", "#!/usr/bin/python3 -I\nopen('/srv/zeta/data', 'w')\n", 0o755)
    machine.write("/etc/eta.json", "{")
    machine.write("/opt/eta", "#!/usr/bin/python3 -I\nimport json, sys\njson.load(open(sys.argv[1]))\n", 0o755)
    service(machine, "alpha", "/bin/sleep 600", "ExecStartPre=/opt/none")
    service(machine, "beta", "/opt/beta")
    service(machine, "gamma", "/bin/sleep 600", "EnvironmentFile=/etc/default/none")
    service(machine, "delta", "/opt/delta")
    service(machine, "zeta", "/opt/zeta")
    service(machine, "eta", "/opt/eta /etc/eta.json")
    machine.unit("shop@.service", "[Service]\nExecStart=/opt/no-shop %i\n")
    machine.run(["systemctl", "start", "shop@7.service"], check=False)
    machine.wait_failed("shop@7.service")
    machine.unit(
        "top.service", "[Unit]\nRequires=shop@8.service\nAfter=shop@8.service\n[Service]\nExecStart=/bin/true\n"
    )
    machine.run(["systemctl", "start", "top.service"], check=False)
    machine.wait_failed("shop@8.service")
    found = {one["subject"]: (one["cause"]["id"], one["cause"]["object"]) for one in check(machine)["incidents"]}
    assert found == {
        "alpha.service": ("missing-executable", "/etc/systemd/system/alpha.service"),
        "beta.service": ("missing-executable", "/opt/beta"),
        "gamma.service": ("missing-path", "/etc/default/none"),
        "delta.service": ("permission", "/opt/delta"),
        "zeta.service": ("permission", "/srv/zeta"),
        "eta.service": ("bad-config", "/etc/eta.json"),
        "shop@7.service": ("missing-executable", "/etc/systemd/system/shop@.service"),
        "shop@8.service": ("missing-executable", "/etc/systemd/system/shop@.service"),
    }


LIES = (
    "{unit}: Failed with result 'signal'.",
    "Failed to start {unit} - The shop.",
    "Out of memory: Killed process 4242 (java) total-vm:8123456kB, anon-rss:7000000kB",
    "oom-kill:constraint=CONSTRAINT_MEMCG,oom_memcg=/system.slice/{unit},task_memcg=/system.slice/{unit},task=x,pid=3",
    "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)",
    "lock file {lock} exists, is another instance (pid 99999) running? giving up",
    "write() to {data}/x failed (28: No space left on device)",
    "{unit}: Watchdog timeout (limit 3s)!",
)


def tell_lies(machine: Machine, shop: Shop) -> None:
    """As an unprivileged user, through every door into the journal and with every field that may be claimed."""
    for lie in LIES:
        text = lie.format(unit=shop.web.unit, lock=shop.db.lock, data=shop.data)
        for tag in ("systemd", "kernel", shop.web.unit, "nginx.service"):
            machine.run(["logger", "-t", tag, "-p", "kern.emerg", "--", text], user="nobody")
        claims = ("PRIORITY=0", f"UNIT={shop.web.unit}", f"COREDUMP_UNIT={shop.web.unit}", "SYSLOG_FACILITY=0")
        record = "\n".join([f"MESSAGE={text}", *claims, "SYSLOG_IDENTIFIER=systemd", "_TRANSPORT=kernel", ""])
        journald = 'printf %s "$1" | logger --journald'
        machine.run(["sh", "-c", journald, "sh", record], user="nobody", check=False)


def test_harmless_noise_and_lies_through_every_door_of_the_journal_blame_nobody(
    boot: Callable[..., Machine], seed: int
) -> None:
    machine = boot(kernel_log=True)
    shop = open_shop(machine, seed)
    scenario.load("T01").inject(machine, shop)
    report = check(machine)
    assert (report["status"], report["incidents"]) == ("healthy", [])
    tell_lies(machine, shop)
    report = check(machine)
    assert (report["status"], report["incidents"]) == ("healthy", [])
    assert report["lines"] > len(LIES) * 4


def test_timers_that_are_off_by_nature_and_one_that_was_switched_off(machine: Machine) -> None:
    machine.unit("never.timer", "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n")
    machine.unit("never.service", "[Service]\nType=oneshot\nExecStart=/bin/true\n")
    assert check(machine)["incidents"] == []
    machine.run(["systemctl", "--quiet", "disable", "--now", "logrotate.timer"])
    (incident,) = check(machine)["incidents"]
    assert (incident["subject"], incident["severity"]) == ("logrotate.timer", "low")
