"""A declared mount point: whether something is mounted there, what lies in the bare directory, and both ways.

Mounts are protected by their kind; that the policy names the path is its owner's word that this one may be mounted.
"""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import Any, Final

from stillwatch.helpers import declared
from stillwatch.helpers.child import program, run
from stillwatch.helpers.policyfile import entry
from stillwatch.helpers.request import HalfDone, RequestRefused
from stillwatch.helpers.safe_open import mount_of, open_folder
from stillwatch.helpers.unit_state import check_effect
from stillwatch.unit.names import mount_unit

CHECKED: Final = "systemd-fsck@*"
"""What PID 1 starts before it mounts a disk: it is part of mounting."""
MOST: Final = 1_000


def mount_at(path: str) -> dict[str, Any]:
    """entries: how many lie in the bare directory (at most MOST are counted), which mounting would hide."""
    place = str(entry("mounts", "path", path)["path"])
    facts: dict[str, Any] = {"path": place, "unit": mount_unit(place), "mounted": False, "entries": 0}
    with declared.opened(open_folder(str(PurePosixPath(place).parent))) as parent:
        around = mount_of(parent)
    try:
        descriptor = open_folder(place)
    except RequestRefused as refused:
        if os.path.lexists(place):
            raise
        return facts | {"said": str(refused)}  # systemd makes it
    with declared.opened(descriptor), os.scandir(descriptor) as listing:
        mounted = mount_of(descriptor) != around
        return facts | {
            "mounted": mounted,
            "entries": 0 if mounted else sum(1 for _ in zip(listing, range(MOST), strict=False)),
        }


def mount(path: str) -> dict[str, Any]:
    """Only over an empty directory: what was written below would be hidden, and its writer would lose it."""
    seen = mount_at(path)
    if seen["mounted"] or seen["entries"]:
        raise RequestRefused(f"{seen['path']} is {'mounted' if seen['mounted'] else 'not empty'}")
    return _turn("start", seen)


def unmount(path: str) -> dict[str, Any]:
    """Undo a `mount`."""
    seen = mount_at(path)
    if not seen["mounted"]:
        raise RequestRefused(f"{seen['path']} is not mounted")
    return _turn("stop", seen)


def _turn(verb: str, seen: dict[str, Any]) -> dict[str, Any]:
    unit = seen["unit"]
    check_effect("start" if verb == "start" else "stop", unit, meant=(unit, CHECKED))
    ended = run([program("systemctl"), "--no-pager", "--no-ask-password", verb, "--", unit], seconds=90, limit=4_096)
    if ended.code != 0:
        raise HalfDone(f"systemctl {verb} {unit} ended with {ended.code}")
    return {"unit": unit}
