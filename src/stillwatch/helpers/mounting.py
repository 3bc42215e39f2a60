"""A declared mount point: whether something is mounted there, what lies in the bare directory, and both ways.

Mounts are protected by their kind; that the policy names the path is its owner's word that this one may be mounted.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import Any, Final

from stillwatch.helpers import declared, made
from stillwatch.helpers.child import program, run
from stillwatch.helpers.policyfile import entry
from stillwatch.helpers.request import HalfDone, RequestRefused, begun
from stillwatch.helpers.safe_open import mount_of, open_folder
from stillwatch.helpers.unit_state import check_effect
from stillwatch.unit.names import CHECKED, mount_unit

MOST: Final = 1_000


def mount_at(path: str) -> dict[str, Any]:
    """what: is mounted there, by device and inode, "" for nothing; entries: how many lie in the bare directory (at most
    MOST are counted), which mounting would hide."""
    place = str(entry("mounts", "path", path)["path"])
    facts: dict[str, Any] = {"path": place, "unit": mount_unit(place), "what": "", "entries": 0}
    with declared.opened(open_folder(str(PurePosixPath(place).parent))) as parent:
        try:
            descriptor = open_folder(place)
        except RequestRefused as refused:
            if os.path.lexists(place):
                raise
            return facts | {"said": str(refused)}  # systemd makes it
        with declared.opened(descriptor), os.scandir(descriptor) as listing:
            if is_mounted(descriptor, parent):
                seen = os.fstat(descriptor)
                return facts | {"what": f"{seen.st_dev}:{seen.st_ino}"}
            return facts | {"entries": sum(1 for _ in zip(listing, range(MOST), strict=False))}


def is_mounted(place: int, parent: int) -> bool:
    return mount_of(place) != mount_of(parent)


def mount(path: str) -> dict[str, Any]:
    """Only over an empty directory: what was written below would be hidden, and its writer would lose it."""
    seen = mount_at(path)
    if seen["what"] or seen["entries"]:
        raise RequestRefused(f"{seen['path']} is {'mounted' if seen['what'] else 'not empty'}")
    with made.noting("mount", seen["path"], {}):
        done = _turn("start", seen)
        with begun():
            made.note("mount", seen["path"], {"what": mount_at(path)["what"], "boot": _boot()})
    return done


def unmount(path: str) -> dict[str, Any]:
    """Undo a `mount`, of the same boot and while the same is mounted there."""
    seen = mount_at(path)
    with made.taking_back("mount", seen["path"]) as was:
        if not seen["what"] or was != {"what": seen["what"], "boot": _boot()}:
            raise RequestRefused(f"{seen['path']} is no longer as it was left")
        return _turn("stop", seen)


def _turn(verb: str, seen: dict[str, Any]) -> dict[str, Any]:
    unit = seen["unit"]
    check_effect("start" if verb == "start" else "stop", unit, meant=(unit, CHECKED))
    ended = run([program("systemctl"), "--no-pager", "--no-ask-password", verb, "--", unit], seconds=90, limit=4_096)
    if ended.code != 0:
        raise HalfDone(f"systemctl {verb} {unit} ended with {ended.code}")
    return {"unit": unit}


def _boot() -> str:
    """The kernel's id of this boot: what it mounts itself, nobody here has mounted."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
