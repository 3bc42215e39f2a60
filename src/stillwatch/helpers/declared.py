"""What the declared sets mean on this host right now: read for the gate's precondition, again before the change."""

from __future__ import annotations

import contextlib
import fnmatch
import grp
import os
import pwd
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from stillwatch.helpers.foreign_owned import strangers
from stillwatch.helpers.policyfile import entry
from stillwatch.helpers.processes import holders, running
from stillwatch.helpers.request import RequestRefused
from stillwatch.helpers.safe_open import open_beneath, open_folder, plain_file

DAY: Final = 86_400
MAX_LOGS: Final = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class OldLog:
    name: str
    size: int
    changed: float
    inode: int


def old_logs(name: str, now: float | None = None) -> tuple[str, list[OldLog]]:
    """Directory and the files in it that the policy lets go: old enough, not the newest `keep`, plain, one link."""
    declared = entry("rotated_logs", "name", name)
    folder, pattern = declared["directory"], str(declared["pattern"])
    if "/" in pattern or pattern.strip("*?.") == "":
        raise RequestRefused(f"the pattern {pattern!r:.80} is too wide")
    found = []
    with opened(open_folder(folder)) as directory, os.scandir(directory) as listing:
        for count, each in enumerate(listing):
            if count > MAX_LOGS:
                raise RequestRefused(f"{folder} holds more than {MAX_LOGS} entries")
            facts = each.stat(follow_symlinks=False)
            if fnmatch.fnmatchcase(each.name, pattern) and stat.S_ISREG(facts.st_mode) and facts.st_nlink == 1:
                found.append(
                    OldLog(name=each.name, size=facts.st_blocks * 512, changed=facts.st_mtime, inode=facts.st_ino)
                )
    found.sort(key=lambda one: one.changed, reverse=True)
    oldest = (time.time() if now is None else now) - int(declared.get("older_than_days", 7)) * DAY
    return folder, [one for one in found[int(declared.get("keep", 1)) :] if one.changed <= oldest]


def ownership(name: str) -> dict[str, Any]:
    """Path, what it should be, what it is, and whether that is right.

    amiss: how many entries below it belong to one of the uids `wrong` (root, and the path's own wrong owner), where the
    policy declares what lies below too. Raises RequestRefused for a link, a device or a file with several links.
    """
    declared = entry("ownership", "name", name)
    try:
        uid, gid = pwd.getpwnam(declared["owner"]).pw_uid, grp.getgrnam(declared["group"]).gr_gid
    except KeyError as error:
        raise RequestRefused(f"no such owner or group: {error}") from error
    mode = int(str(declared["mode"]), 8)
    if mode & 0o7002:
        raise RequestRefused(f"mode {declared['mode']} lets everyone write or raises rights")
    with opened(open_beneath(declared["path"], os.O_RDONLY | os.O_NONBLOCK)) as descriptor:
        facts = folder_or_file(descriptor, declared["path"])
    is_now = {"uid": facts.st_uid, "gid": facts.st_gid, "mode": stat.S_IMODE(facts.st_mode)}
    should = {"uid": uid, "gid": gid, "mode": mode}
    wrong = sorted({0, is_now["uid"]} - {uid}) if declared.get("below") is True else []
    amiss = sum(1 for _ in strangers(declared["path"], frozenset(wrong))) if wrong else 0
    right = is_now == should and not amiss
    return {"path": declared["path"], "now": is_now, "should": should, "right": right, "wrong": wrong, "amiss": amiss}


def folder_or_file(descriptor: int, path: str) -> os.stat_result:
    facts = os.fstat(descriptor)
    return facts if stat.S_ISDIR(facts.st_mode) else plain_file(descriptor, path)


def lock(name: str) -> dict[str, Any]:
    """Whether the declared lock is there, and why it is not stale ("" if it is)."""
    declared = entry("locks", "name", name)
    path, program = declared["path"], declared["program"]
    facts: dict[str, Any] = {"path": path, "unit": declared["unit"], "there": False, "inode": 0, "alive": ""}
    try:
        descriptor = open_beneath(path, os.O_RDONLY | os.O_NONBLOCK)
    except RequestRefused as refused:
        return facts | {"alive": str(refused)}
    with opened(descriptor):
        seen = plain_file(descriptor, path)
        recorded = os.read(descriptor, 64).split()[:1]
    open_by = [pid for pid in holders(seen.st_ino, seen.st_dev) if pid != os.getpid()]
    pid = recorded[0].decode("ascii", "replace") if recorded else ""
    alive = ""
    if open_by:
        alive = f"process {open_by[0]} has it open"
    elif same := running(program):
        alive = f"{program} runs as process {same[0]}"
    elif pid.isdecimal() and os.path.exists(f"/proc/{int(pid)}"):  # noqa: PTH110
        alive = f"process {pid}, which it names, is alive"
    return facts | {"there": True, "inode": seen.st_ino, "alive": alive}


@contextlib.contextmanager
def opened(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)
