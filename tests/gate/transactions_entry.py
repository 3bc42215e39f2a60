"""Run as root on a booted machine: real verbs on generated units, against what unit/transaction.py says of them.

Arguments: seed, first and last graph. Prints a line of JSON for each graph that it came through: surprises (units that
changed and were not foretold), how many units changed, how many were foretold. It ends early where PID 1 is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from stillwatch.errors import NotReachable
from stillwatch.host.pid1 import MANAGER, PATH, SYSTEMD, Pid1
from stillwatch.host.sessions import PROPERTIES
from stillwatch.unit.transaction import effects

FOLDER = Path("/run/systemd/system")
LINKS = (
    "Requires", "Requisite", "Wants", "BindsTo", "PartOf", "Upholds", "Conflicts", "PropagatesStopTo",
    "StopPropagatedFrom", "PropagatesReloadTo", "ReloadPropagatedFrom", "OnFailure", "OnSuccess", "After",
)  # fmt: skip
BODIES = (
    "[Service]\nType=exec\nExecStart=/usr/bin/sleep infinity\nExecReload=/usr/bin/true\n",
    "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/true\nExecReload=/usr/bin/true\n",
    "[Service]\nType=oneshot\nExecStart=/usr/bin/true\n",
    "[Service]\nType=oneshot\nExecStart=/usr/bin/false\n",
    "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/true\nExecStop=/usr/bin/false\n",
)
KEYS = ("ActiveState", "StateChangeTimestampMonotonic", "InvocationID")
VERBS = ("start", "stop", "restart", "reload")
STARTS = ("OnFailure", "OnSuccess", "Upholds", "Wants", "Requires", "BindsTo", "Triggers")


def write(graph: int, random: random.Random) -> list[str]:
    """One graph's unit files; their names."""
    size = random.randint(3, 9)
    ends = [random.choice(("service", "service", "service", "target")) for _ in range(size)]
    names = [f"g{graph}-{number}.{end}" for number, end in enumerate(ends)]
    for name in list(names):
        lines = ["[Unit]", "StartLimitIntervalSec=0"]
        lines += ["DefaultDependencies=no"] * (random.random() < 0.7)
        lines += ["StopWhenUnneeded=yes"] * (random.random() < 0.15)
        for _ in range(random.randint(0, 4)):
            lines.append(f"{random.choice(LINKS)}={random.choice(names)}")
        body = random.choice(BODIES) if name.endswith("service") else ""
        (FOLDER / name).write_text("\n".join(lines) + "\n" + body)
        if name.endswith("service") and random.random() < 0.1:
            timer = name.replace("service", "timer")
            (FOLDER / timer).write_text(f"[Unit]\nDefaultDependencies=no\n[Timer]\nOnActiveSec=0\nUnit={name}\n")
            names.append(timer)
    keep = "[Unit]\nDefaultDependencies=no\nAfter=" + " ".join(names) + "\n"
    (FOLDER / f"keep{graph}.target").write_text(keep)
    return names


async def stamps(bus: Pid1, names: list[str]) -> dict[str, Any]:
    found = {}
    for name in names:
        path = (await bus.ask(PATH, MANAGER, "LoadUnit", "s", [name]))[0]
        seen = (await bus.ask(path, PROPERTIES, "GetAll", "s", [f"{SYSTEMD}.Unit"]))[0]
        keys = KEYS if not name.endswith(".timer") else KEYS[::2]  # a timer also notes what its service does
        found[name] = [str(seen[key].value) for key in keys]
    return found


async def settled(bus: Pid1, names: list[str]) -> dict[str, Any]:
    """What holds once nothing moves; units that uphold one another may never rest, so not for ever."""
    end, before = time.monotonic() + 2, await stamps(bus, names)
    while time.monotonic() < end:
        await asyncio.sleep(0.1)
        now = await stamps(bus, names)
        if now == before and all(state[0] in ("active", "inactive", "failed") for state in now.values()):
            break
        before = now
    return before


def systemctl(*words: str) -> None:
    """Wait for it, but not for ever: units that conflict and uphold one another may never come to rest."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(["systemctl", *words], **quiet, timeout=8, check=False)


async def by_itself(bus: Pid1, names: list[str]) -> set[str]:
    """What PID 1 may change at any moment without being asked: it tries again, now and then, to bring up what is upheld
    and to stop what nobody needs or what lacks what it is bound to."""
    facts = {name: await bus.facts(name) for name in names}
    up = {name for name, seen in facts.items() if seen["ActiveState"] == "active"}
    upheld = [("start", name) for name in names if name not in up and up & set(facts[name]["UpheldBy"])]
    bound = [("stop", name) for name in up if set(facts[name]["BindsTo"]) - up or facts[name]["StopWhenUnneeded"]]
    return {unit for _, unit in (await effects([*upheld, *bound], bus.facts)).jobs}


async def in_circles(bus: Pid1, names: list[str]) -> set[str]:
    """What units do for ever that start one another, and end, once one of them has been started."""
    facts = {name: await bus.facts(name) for name in names}
    follows = {name: {other for kind in STARTS for other in seen[kind]} for name, seen in facts.items()}
    for _ in names:
        follows = {name: after.union(*(follows.get(one, ()) for one in after)) for name, after in follows.items()}
    circle = {name for name, after in follows.items() if name in after}
    if not circle:
        return set()
    before = await stamps(bus, names)
    await asyncio.sleep(1.0)
    moved = {name for name, seen in (await stamps(bus, names)).items() if seen != before[name]}
    if not moved & circle:
        return set()
    return moved | {unit for _, unit in (await effects([("start", name) for name in circle], bus.facts)).jobs}


async def one(bus: Pid1, names: list[str], random: random.Random) -> tuple[list[str], int, int]:
    """Any state, any verb on any unit: what changed and was not foretold, how many changed, how many were foretold."""
    if up := random.sample(names, random.randint(0, len(names))):
        systemctl("start", "--job-mode=ignore-dependencies", *up)
    target, verb = random.choice(names), random.choice(VERBS)
    before = await settled(bus, names)
    told = {unit for _, unit in (await effects([(verb, target)], bus.facts)).jobs}
    restless = await by_itself(bus, names) | await in_circles(bus, names)
    systemctl(verb, target)
    after = await settled(bus, names)
    changed = {name for name in names if before[name] != after[name]}
    seen = [
        f"{verb} {target} changed {name}: {before[name]} {after[name]}" for name in sorted(changed - told - restless)
    ]
    systemctl("stop", *names)
    systemctl("reset-failed", *names)
    return seen, len(changed), len(told & set(names))


async def main(seed: int, first: int, last: int) -> None:
    dice = {number: random.Random(f"{seed} {number}") for number in range(first, last)}
    written = {number: write(number, chance) for number, chance in dice.items()}
    systemctl("daemon-reload")
    systemctl("start", *(f"keep{number}.target" for number in written))  # else PID 1 forgets what is down
    bus = Pid1()
    for number, names in written.items():
        try:
            seen, changed, told = await one(bus, names, dice[number])
        except NotReachable:  # systemd 252 does not survive every graph
            break
        print(json.dumps({"graph": number, "surprises": seen, "changed": changed, "told": told}), flush=True)
        for name in names:
            (FOLDER / name).unlink()
    await bus.close()


asyncio.run(main(*(int(word) for word in sys.argv[1:])))
