"""How long a failed unit is down: from PID 1's word that it failed to its running again, verified by the gate.

At auto-safe, without models, on a booted machine of its own (root, systemd-nspawn). usage: python -m bench.mend [RUNS]
"""

from __future__ import annotations

import json
import statistics
import sys
from contextlib import ExitStack

from tests.support.mending import at_work
from tests.support.rig import Machine

LIMIT = 3.0


def main(runs: int) -> int:
    taken = sorted(one_restart(seed) for seed in range(runs))
    median = statistics.median(taken)
    print(
        f"failed unit to verified running at auto-safe: median {median:.2f} s, worst {taken[-1]:.2f} s of {runs} runs"
    )
    return 0 if median <= LIMIT else 1


def one_restart(seed: int) -> float:
    with ExitStack() as stack:
        estate = at_work(lambda **more: stack.enter_context(Machine(**more)), "F26", seed, "auto-safe")
        estate.fault.inject(estate.machine, estate.shop)
        estate.wait(estate.verified, "the unit to run again")
        unit = estate.shop.worker.unit
        failed = ["journalctl", "-q", "-o", "json", "-u", unit, "--grep=Failed with result"]
        at = json.loads(estate.machine.run(failed).stdout.splitlines()[-1])["__REALTIME_TIMESTAMP"]
        ends = estate.wait(lambda: [one["at"] for one in estate.audit() if one.get("verified")], "the measurement")
        return float(ends[0]) - int(at) / 1e6


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
