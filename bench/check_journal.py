"""`stillwatch check --no-model` over a journal of 200,000 entries, as a whole command: cold, then with kept rules.

python bench/check_journal.py [--entries 200000]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from journal_read import make_journal


def check(folder: Path, journal: Path) -> tuple[float, dict[str, object]]:
    """Wall seconds of the whole command, and its report."""
    places = ["--state-dir", str(folder / "state"), "--runtime-dir", str(folder / "run")]
    command = [sys.executable, "-m", "stillwatch", "check", "--no-model", "--json", "--journal", str(journal)]
    before = perf_counter()
    done = subprocess.run([*command, "--since", "3650d", *places], capture_output=True, text=True, check=False)
    wall = perf_counter() - before
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    report: dict[str, object] = json.loads(done.stdout)
    return wall, report


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--entries", type=int, default=200_000)
    entries = options.parse_args().entries
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "journal").mkdir()
        make_journal(folder / "journal", entries)
        for title in ("cold", "kept rules"):
            wall, report = check(folder, folder / "journal")
            print(f"{title}: {report['lines']:,} entries in {report['seconds']} s, the whole command {wall:.2f} s")


if __name__ == "__main__":
    main()
