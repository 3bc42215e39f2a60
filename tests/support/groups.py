"""Control groups that machines leave behind."""

from __future__ import annotations

import contextlib
import os
from fnmatch import fnmatch
from pathlib import Path


def remove_groups(name: str) -> None:
    """Remove the control groups of a machine that has ended."""
    for group in sorted(groups_named(name), key=lambda path: len(path.parts), reverse=True):
        for folder, _, _ in sorted(os.walk(group), key=lambda entry: -len(entry[0])):
            with contextlib.suppress(OSError):
                Path(folder).rmdir()


def sweep(prefix: str) -> None:
    """Remove what machines of killed test runs left behind: empty control groups (a living one's cannot be removed)."""
    for group in groups_named(f"{prefix}*"):
        remove_groups(group.name)


def groups_named(pattern: str) -> list[Path]:
    """os.walk bears groups of other machines that come and go meanwhile; Path.glob does not."""
    walk = os.walk("/sys/fs/cgroup")
    return [Path(folder, name) for folder, names, _ in walk for name in names if fnmatch(name, pattern)]
