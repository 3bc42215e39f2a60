"""How long the gate takes to decide, over its real socket and with every write durable; and what it weighs idle.

    python bench/gate_decision.py [--rounds 300] [--json]

A refusal is one durable write, a proposal that waits for a person another, an automatic change three (decision, intent,
outcome) and its measurement. The host is played, the disk is real.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from stillwatch.config import find_paths
from tests.gate.stage import bus_of, failed, make_gate, served
from tests.gate.test_bus import PlayedSystemd

TARGETS = {"refused": "ssh.service", "waiting": "db.service", "automatic": "web.service"}
IDLE = """
import sys
from pathlib import Path
from stillwatch.config import Config, find_paths
from stillwatch.gate.main import run_gate
sys.exit(run_gate(Config(), find_paths(None, sys.argv[1] + "/state", sys.argv[1] + "/run")))
"""


async def ask(door: str, target: str) -> dict[str, object]:
    reader, writer = await asyncio.open_unix_connection(door)
    writer.write(json.dumps({"verb": "propose", "action": "restart_unit", "target": target}).encode() + b"\n")
    writer.write_eof()
    reply: dict[str, object] = json.loads(await reader.read())
    writer.close()
    return reply


async def decisions(folder: Path, rounds: int) -> dict[str, float]:
    gate = make_gate(folder)
    took: dict[str, list[float]] = {name: [] for name in TARGETS}
    async with served(gate, folder):
        door = str(folder / "run/gate/propose.sock")
        for number in range(rounds):
            with gate.database.writing() as writer:
                writer.execute("DELETE FROM runs")
                if number % 2:
                    writer.execute("UPDATE proposals SET state = 'rejected' WHERE state = 'waiting'")
            bus_of(gate).units["web.service"] = failed("web.service")
            for name, target in TARGETS.items():
                began = time.perf_counter()
                reply = await ask(door, target)
                took[name].append(time.perf_counter() - began)
                expected = "done" if name == "automatic" else name
                if reply["state"] != expected:
                    raise SystemExit(f"{name}: {reply}")
    return {f"{name}_ms": round(statistics.median(values) * 1000, 2) for name, values in took.items()}


async def idle_mib(folder: Path) -> float:
    """Proportional set size in MiB of a gate that has decided once, its connection to PID 1's bus (played) open."""
    address = f"unix:path={folder}/bus"
    argv = ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address={address}"]
    daemon = subprocess.Popen(argv, stdout=subprocess.PIPE)
    gate = None
    try:
        assert daemon.stdout is not None and daemon.stdout.readline()
        await PlayedSystemd().start(address)
        environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address}
        gate = subprocess.Popen([sys.executable, "-c", IDLE, str(folder)], env=environment)
        paths = find_paths(None, f"{folder}/state", f"{folder}/run")
        while not (paths.gate_runtime / "propose.sock").exists():
            await asyncio.sleep(0.1)
        reply = await ask(str(paths.gate_runtime / "propose.sock"), "web.service")
        if reply["state"] != "waiting":
            raise SystemExit(f"idle: {reply}")
        await asyncio.sleep(3)
        rollup = Path(f"/proc/{gate.pid}/smaps_rollup").read_text()
        return round(int(rollup.partition("\nPss:")[2].split()[0]) / 1024, 1)
    finally:
        for process in (gate, daemon):
            if process is not None:
                process.terminate()
                process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--dir", default=None, help="where the database lies; the disk decides the figure")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.dir) as place:
        for part in ("a", "b"):
            (Path(place) / part).mkdir()
        found = asyncio.run(decisions(Path(place) / "a", given.rounds))
        found["idle_mib"] = asyncio.run(idle_mib(Path(place) / "b"))
    if given.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{name:14} {value}" for name, value in found.items()))
    good = found["refused_ms"] <= 5 and found["waiting_ms"] <= 5 and found["idle_mib"] <= 25
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
