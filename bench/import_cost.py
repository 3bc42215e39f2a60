"""What each dependency costs to import: milliseconds, and resident megabytes over bare Python (medians)."""

from __future__ import annotations

import statistics
import subprocess
import sys

RUNS = 7
IMPORTS = {
    "msgspec": "import msgspec",
    "hyperscan": "import hyperscan",
    "systemd (journal)": "from systemd import _reader",
    "psutil": "import psutil",
    "dbus-fast": "import dbus_fast.aio",
    "argparse": "import argparse",
    "rich": "import rich.console",
    "segno": "import segno",
    "starlette": "import starlette.applications",
    "uvicorn": "import uvicorn",
    "aiohttp": "import aiohttp",
    "openai (tests alone)": "import openai",
    "apprise": "import apprise",
}
PROBE = """
import os, time
before = time.perf_counter()
{0}
spent = time.perf_counter() - before
pages = int(open("/proc/self/statm").read().split()[1])
print(spent * 1000, pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
"""


def measure(statement: str) -> tuple[float, float]:
    """Milliseconds for the import alone and megabytes of the whole process; medians."""
    runs = []
    for _ in range(RUNS):
        done = subprocess.run(
            [sys.executable, "-I", "-c", PROBE.format(statement)], capture_output=True, text=True, check=True
        )
        runs.append(tuple(map(float, done.stdout.split())))
    return statistics.median(run[0] for run in runs), statistics.median(run[1] for run in runs)


def main() -> None:
    _, bare = measure("pass")
    print(f"| import | ms | MB over bare Python ({bare:.0f} MB) |\n|---|---|---|")
    for name, statement in sorted(IMPORTS.items(), key=lambda entry: entry[0]):
        spent, memory = measure(statement)
        print(f"| {name} | {spent:.0f} | {memory - bare:.0f} |", flush=True)


if __name__ == "__main__":
    main()
