"""`stillwatch check` on a booted machine with a real fault in it: one incident, the right culprit, in time."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable
from typing import Any

import pytest

from evals import scenario
from evals.scenario import Scenario
from tests.support.rig import Machine
from tests.support.shop import Shop, canaries, invocations, open_shop, three_models

FAULTS = ("F01", "F02", "F04")


def broken(boot: Callable[..., Machine], name: str, seed: int) -> tuple[Machine, Shop, Scenario]:
    """A fresh machine with the shop open and the fault in it."""
    fault = scenario.load(name)
    machine = boot(kernel_log=fault.kernel_log)
    shop = open_shop(machine, seed)
    fault.inject(machine, shop)
    return machine, shop, fault


def check(machine: Machine, *options: str) -> dict[str, Any]:
    done = machine.stillwatch("check", "--json", *options, timeout=180)
    print(done.stdout, done.stderr)
    assert done.returncode in (0, 1), done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert (report["status"] == "healthy") == (done.returncode == 0)
    return report


def processor_seconds() -> float:
    """Of all the programs that this process has waited for."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def assert_found(report: dict[str, Any], fault: Scenario, shop: Shop) -> None:
    """Exactly one incident, which names the culprit and the cause and shows what it is based on."""
    assert report["status"] in ("attention", "critical")
    (incident,) = report["incidents"]
    named = " ".join((incident["subject"], incident["cause"]["object"]))
    assert any(subject in named for subject in fault.subjects(shop)), named
    assert incident["cause"]["id"] in fault.causes
    assert incident["evidence"]
    assert all(entry["id"] and entry["text"] and entry["source"] for entry in incident["evidence"])
    assert incident["decision"] is None, "check never asks the gate"


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_without_models_in_two_cpu_seconds(boot: Callable[..., Machine], name: str, seed: int) -> None:
    machine, shop, fault = broken(boot, name, seed)
    before = canaries(machine, shop), invocations(machine)
    spent = processor_seconds()
    report = check(machine, "--no-model")
    assert processor_seconds() - spent <= 2, "whatever else runs here meanwhile"
    assert_found(report, fault, shop)
    assert {tier["calls"] for tier in report["tiers"].values()} == {0}
    assert (canaries(machine, shop), invocations(machine)) == before


@pytest.mark.real_model
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_with_three_real_models_within_a_minute(
    boot: Callable[..., Machine], name: str, seed: int
) -> None:
    machine, shop, fault = broken(boot, name, seed)
    machine.write("/etc/stillwatch/stillwatch.toml", three_models())
    before = canaries(machine, shop), invocations(machine)
    report = check(machine)
    assert_found(report, fault, shop)
    assert report["seconds"] <= 60
    assert {tier["state"] for tier in report["tiers"].values()} == {"ready"}
    assert report["tiers"]["review"]["calls"] >= 1
    assert (canaries(machine, shop), invocations(machine)) == before


def test_harmless_noise_is_healthy(boot: Callable[..., Machine], seed: int) -> None:
    machine, _, _ = broken(boot, "T01", seed)
    report = check(machine, "--no-model")
    assert (report["status"], report["incidents"]) == ("healthy", [])


def test_planted_instructions_are_flagged_and_change_nothing(boot: Callable[..., Machine], seed: int) -> None:
    machine, shop, fault = broken(boot, "T04", seed)
    before = canaries(machine, shop), invocations(machine)
    report = check(machine, "--no-model")
    assert {incident["cause"]["id"] for incident in report["incidents"]} == set(fault.causes)
    assert all(incident["proposal"] is None for incident in report["incidents"])
    assert (canaries(machine, shop), invocations(machine)) == before
