"""`stillwatch check` with three real models on a booted machine with a real fault in it: one incident, the right
culprit."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from evals import scenario
from tests.support.drawn import drawn
from tests.support.rig import Machine
from tests.support.shop import canaries, invocations, open_shop, three_models


@pytest.mark.real_model
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", drawn(("F01", "F02", "F04"), 1))
def test_a_fault_is_found_with_three_real_models(boot: Callable[..., Machine], name: str, seed: int) -> None:
    fault = scenario.load(name)
    machine = boot(kernel_log=fault.kernel_log)
    shop = open_shop(machine, seed)
    fault.inject(machine, shop)
    machine.write("/etc/stillwatch/stillwatch.toml", three_models())
    before = canaries(machine, shop), invocations(machine)
    done = machine.stillwatch("check", "--json", timeout=180)
    print(done.stdout, done.stderr)
    report = json.loads(done.stdout)
    assert report["status"] in ("attention", "critical") and done.returncode == 1
    (incident,) = report["incidents"]
    named = f"{incident['subject']} {incident['cause']['object']}"
    assert any(subject in named for subject in fault.subjects(shop)), named
    assert incident["cause"]["id"] in fault.causes and incident["evidence"]
    assert incident["decision"] is None, "check never asks the gate"
    # On a busy host one may be late: it was asked.
    assert all(tier["state"] == "ready" or "timeout" in tier["detail"] for tier in report["tiers"].values())
    assert report["tiers"]["review"]["calls"] >= 1
    assert (canaries(machine, shop), invocations(machine)) == before
