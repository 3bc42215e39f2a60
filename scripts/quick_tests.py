"""The test files that `scripts/test --quick` runs: those of what has changed since main, and a fifth of all others,
drawn anew each time."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

PART = 5
UNTRACKED = ("ls-files", "--others", "--exclude-standard")


def main() -> None:
    changed = {
        Path(name).stem.removeprefix("test_") for name in [*git("diff", "--name-only", "main"), *git(*UNTRACKED)]
    }
    files = sorted(path for path in Path("tests").rglob("test_*.py"))
    own = [path for path in files if path.stem.removeprefix("test_") in changed]
    others = [path for path in files if path not in own]
    print(*own, *sorted(random.SystemRandom().sample(others, len(others) // PART)), sep="\n")


def _subject(path: Path) -> str:
    """`test_policy.py` is about `policy.py`."""
    return path.stem.removeprefix("test_")


def git(*words: str) -> list[str]:
    """Lines; none where there is no repository or no main."""
    return subprocess.run(["git", *words], capture_output=True, text=True, check=False).stdout.splitlines()


if __name__ == "__main__":
    main()
