"""`stillwatch --help` beside bare Python: median wall time of whole processes. Fails over 150 ms."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15
CEILING = 0.150
PROGRAMS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "stillwatch --help": [sys.executable, "-m", "stillwatch", "--help"],
    "stillwatch check --help": [sys.executable, "-m", "stillwatch", "check", "--help"],
}


def seconds(argv: list[str]) -> float:
    """Median wall time of one run."""
    spent = []
    for _ in range(RUNS):
        before = time.perf_counter()
        subprocess.run(argv, capture_output=True, check=True)
        spent.append(time.perf_counter() - before)
    return statistics.median(spent)


def main() -> int:
    measured = {name: seconds(argv) for name, argv in PROGRAMS.items()}
    for name, spent in measured.items():
        print(f"{name:<26}{spent * 1000:6.0f} ms")
    return int(any(spent > CEILING for name, spent in measured.items() if name.startswith("stillwatch")))


if __name__ == "__main__":
    sys.exit(main())
