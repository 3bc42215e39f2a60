"""Boots the shop, breaks it, and lets Stillwatch look at it. usage: python scripts/demo.py [SCENARIO [SEED]]"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from evals import scenario
from evals.scenario import Scenario
from tests.support.rig import PYTHON, Machine
from tests.support.shop import Shop, open_shop, three_models


def say(text: str) -> None:
    print(f"\033[1m▸ {text}\033[0m", file=sys.stderr, flush=True)


@contextmanager
def broken_machine(name: str, seed: int) -> Iterator[tuple[Machine, Shop, Scenario]]:
    """A booted machine with the shop and the fault on it, and a model for each tier."""
    fault = scenario.load(name)
    say("booting a machine")
    with Machine(kernel_log=fault.kernel_log) as machine:
        shop = open_shop(machine, seed)
        say(f"a shop is open: {', '.join(service.unit for service in shop.services)}")
        fault.inject(machine, shop)
        say(f"and now: {fault.title}")
        machine.write("/etc/stillwatch/stillwatch.toml", three_models())
        yield machine, shop, fault


def main() -> int:
    name = sys.argv[1] if len(sys.argv) > 1 else "F01"
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1_000_000)
    if not any(name in (entry, entry.split("-")[0]) for entry in scenario.names()):
        print(f"no scenario {name}; there are {', '.join(scenario.names())}", file=sys.stderr)
        return 2
    with broken_machine(name, seed) as (machine, _, _):
        say("stillwatch check, inside the machine")
        environment = machine.stillwatch_environment() | {"TERM": os.environ.get("TERM", "dumb")}
        command = machine.inside([PYTHON, "-m", "stillwatch", "check"], env=environment)
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
