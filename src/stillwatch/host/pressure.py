"""Whether the host is so short of memory, or waits so for its disks, that nothing costly should be added (PSI)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

MOST: Final = {"memory": ("some", 20.0), "io": ("full", 40.0)}
"""Which line of /proc/pressure counts, and from which percentage of the last ten seconds on."""


def short_of(proc: Path = Path("/proc")) -> str:
    """One sentence, "" where all is well or the kernel does not tell."""
    for what, (line, most) in MOST.items():
        share = _share(proc / "pressure" / what, line)
        if share >= most:
            return f"tasks waited {share:.0f} % of the last ten seconds for {'disks' if what == 'io' else what}"
    return ""


def _share(file: Path, line: str) -> float:
    try:
        words = next(row.split() for row in file.read_text().splitlines() if row.startswith(line))
        return float(dict(word.partition("=")[::2] for word in words[1:])["avg10"])
    except (OSError, ValueError, KeyError, StopIteration):
        return 0.0
