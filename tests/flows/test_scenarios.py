"""The fault scenarios themselves: each breaks what it says, and its success test can tell broken from mended."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from evals import scenario
from stillwatch.records.action import ACTIONS
from stillwatch.records.cause import CAUSES
from tests.support.rig import Machine
from tests.support.shop import Shop, canaries, draw, open_shop

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


@pytest.mark.parametrize("name", sorted(REMEDIES))
def test_a_fault_breaks_the_shop_and_the_remedy_mends_it(boot: Callable[..., Machine], name: str, seed: int) -> None:
    fault = scenario.load(name)
    machine = boot(kernel_log=fault.kernel_log)
    shop = open_shop(machine, seed)
    untouched = canaries(machine, shop)
    assert fault.verified(machine, shop)
    fault.inject(machine, shop)
    assert not fault.verified(machine, shop)
    machine.run(["sh", "-euc", REMEDIES[name].format(**{key: getattr(shop, key) for key in fields(shop)})])
    machine.run(["systemctl", "reset-failed"])
    machine.run(["systemctl", "start", *(service.unit for service in shop.services)], check=False)
    machine.wait(lambda: fault.verified(machine, shop), f"{name} to be mended")
    changed = {path for path, sum_ in canaries(machine, shop).items() if untouched.get(path) != sum_}
    assert changed <= {"/etc/passwd", "/etc/passwd-", "/etc/shadow"}, (
        "the stray's owner is a new user; nothing else changed"
    )


def fields(shop: Shop) -> list[str]:
    return [*shop.__slots__, "worker", "logs", "records"]


@pytest.mark.parametrize("name", scenario.names())
def test_a_scenario_speaks_the_words_of_the_catalogues(name: str) -> None:
    fault = scenario.load(name)
    assert set(fault.causes) <= set(CAUSES)
    assert set(fault.actions) <= set(ACTIONS)
    assert fault.title and not fault.title.endswith(".")


def test_the_same_seed_draws_the_same_shop_and_others_differ() -> None:
    assert draw(7) == draw(7)
    assert len({draw(seed).web.unit for seed in range(50)}) > 20
    assert len({draw(seed).victim.role for seed in range(50)}) == 3
