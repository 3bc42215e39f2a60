"""The root program: what the gate decided and unit verbs cannot do. It validates everything again, then does one thing.

`act.py` answers one request on its socket; `act.py keep` (by a timer) takes good copies of all declared files.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import stat
import sys
from collections.abc import Callable
from typing import Any, Final

from stillwatch.helpers import config_test, declared, enabling, freeing, goodcopy, made, masking, mounting, releases
from stillwatch.helpers.child import program, run
from stillwatch.helpers.foreign_owned import strangers
from stillwatch.helpers.policyfile import by_policy, entries, entry, protected_patterns
from stillwatch.helpers.processes import holders, listeners, process
from stillwatch.helpers.request import HalfDone, RequestRefused, begun, closed, serve
from stillwatch.helpers.safe_open import open_beneath, open_folder
from stillwatch.helpers.unit_state import check_effect, check_failing, check_unprotected
from stillwatch.unit.names import lies_in
from stillwatch.unit.protected import is_protected_process, protected_by_name

CALLERS: Final = ("stillwatch-gate",)
GRACE: Final = 8.0
MOST_PID: Final = 4_194_304
SCHEMAS: Final[dict[str, dict[str, type]]] = {
    "terminate": {"pid": int, "start": int, "port": int, "unit": str},
    "keep": {"name": str},
    "restore": {"name": str, "sha256": str},
    "put_back": {"name": str, "sha256": str},
    "test": {"name": str},
    "file": {"name": str},
    "delete_logs": {"name": str},
    "own": {"name": str},
    "own_back": {"name": str},
    "remove_lock": {"name": str, "inode": int},
    "enables": {"unit": str},
    "enable_timer": {"unit": str},
    "disable_timer": {"unit": str},
    "stop_timer": {"unit": str},
    "mask_of": {"unit": str},
    "unmask": {"unit": str},
    "mask_again": {"unit": str, "mask": str},
    "vacuum": {"directory": str},
    "clean": {"program": str},
    "mount": {"point": str},
    "unmount": {"point": str},
    "repoint": {"name": str, "leads": str, "to": str},
    "repoint_back": {"name": str, "leads": str, "to": str},
}


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """Raises RequestRefused where nothing was changed."""
    verb = closed(request, "do", SCHEMAS)
    return DOES[verb](request)


def terminate(request: dict[str, Any]) -> dict[str, Any]:
    """R22: the pidfd is taken first; then start time, control group and port are checked on what it holds."""
    pid = request["pid"]
    if not 1 < pid <= MOST_PID or pid == os.getpid():
        raise RequestRefused(f"process {pid} is never terminated")
    try:
        descriptor = os.pidfd_open(pid)
    except OSError as error:
        raise RequestRefused(f"there is no process {pid}") from error
    with declared.opened(descriptor):
        found = process(pid)
        if found.start != request["start"]:
            raise RequestRefused(f"process {pid} is another one by now")
        check_failing(request["unit"])
        check_stray(found.cgroup, request["unit"])
        if is_protected_process(found.comm):
            raise RequestRefused(f"process {pid} ({found.comm}) is protected")
        if all(one.pid != pid for one in listeners(request["port"])):
            raise RequestRefused(f"process {pid} does not listen on port {request['port']}")
        signal.pidfd_send_signal(descriptor, signal.SIGTERM)
        ended = bool(select.select([descriptor], [], [], GRACE)[0])
        if not ended:
            with contextlib.suppress(ProcessLookupError):  # it ended this very moment
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            ended = bool(select.select([descriptor], [], [], GRACE)[0])
    return {"ended": ended, "comm": found.comm}


def check_stray(cgroup: str, unit: str) -> None:
    """Only what belongs to nobody: a login session's leftover, or one of the failed unit's own."""
    parts = [part for part in cgroup.split("/") if part]
    last = parts[-1] if parts else ""
    if protected_by_name(parts, protected_patterns()):
        raise RequestRefused(f"it belongs to {last}, which is protected")
    in_session = parts[:1] == ["user.slice"] and (last.endswith(".scope") and not last.startswith("init"))
    if not (in_session or lies_in(cgroup, unit) or not parts):
        raise RequestRefused(f"it belongs to {last}, which is not a stray process")


def delete_logs(request: dict[str, Any]) -> dict[str, Any]:
    """Unlink by the open folder, each entry looked at once more; what a process has open stays."""
    folder, logs = declared.old_logs(request["name"])
    removed, freed = 0, 0
    with declared.opened(open_folder(folder)) as directory, begun():
        for log in logs:
            with contextlib.suppress(FileNotFoundError):  # somebody else was faster
                facts = os.stat(log.name, dir_fd=directory, follow_symlinks=False)
                same = facts.st_ino == log.inode and facts.st_nlink == 1
                if same and not holders(log.inode, facts.st_dev):
                    os.unlink(log.name, dir_fd=directory)
                    removed, freed = removed + 1, freed + log.size
    return {"removed": removed, "bytes": freed, "directory": folder}


def own(request: dict[str, Any]) -> dict[str, Any]:
    facts = declared.ownership(request["name"])
    if facts["right"]:
        raise RequestRefused(f"{facts['path']} is as declared")
    should, wrong = facts["should"], frozenset(facts["wrong"])
    below = list[list[int]]()
    with made.noting("own", request["name"], {**facts["now"], "below": below, "left": 0}), begun():
        for descriptor, seen in strangers(facts["path"], wrong) if wrong else ():
            os.fchown(descriptor, should["uid"], should["gid"])
            below.append([seen.st_ino, seen.st_uid, seen.st_gid, _last_touched(descriptor)])
        left = _change(facts["path"], should)
        made.note("own", request["name"], {**facts["now"], "below": below, "left": left})
    return {"path": facts["path"], "below": len(below)}


def own_back(request: dict[str, Any]) -> dict[str, Any]:
    """Undo an `own`, while the path is as that left it; below it only what is still the declared owner's.

    A file that was written, or made anew, since then is its owner's work: root is not given it.
    """
    facts = declared.ownership(request["name"])
    if facts["now"] != facts["should"]:
        raise RequestRefused(f"{facts['path']} is no longer as it was left")
    with made.taking_back("own", request["name"]) as was:
        with declared.opened(open_beneath(facts["path"], os.O_RDONLY | os.O_NONBLOCK)) as descriptor:
            if _last_touched(descriptor) != was.get("left"):
                raise RequestRefused(f"{facts['path']} was written since")
        with begun():
            before = {inode: (uid, gid, left) for inode, uid, gid, *left in was["below"]}
            for descriptor, seen in strangers(facts["path"], frozenset({facts["should"]["uid"]})) if before else ():
                uid, gid, left = before.get(seen.st_ino, (0, 0, []))
                if left == [_last_touched(descriptor)]:
                    os.fchown(descriptor, uid, gid)
            _change(facts["path"], was)
    return {"path": facts["path"]}


def _change(path: str, to: dict[str, int]) -> int:
    """On the open descriptor: what was checked is what is changed. Returns when it was touched last, by that."""
    with declared.opened(open_beneath(path, os.O_RDONLY | os.O_NONBLOCK)) as descriptor:
        declared.folder_or_file(descriptor, path)
        os.fchown(descriptor, to["uid"], to["gid"])
        os.fchmod(descriptor, to["mode"])
        return _last_touched(descriptor)


def _last_touched(descriptor: int) -> int:
    """When a file, or anything about it, was changed last (its ctime, which nobody sets); 0 for a folder."""
    facts = os.fstat(descriptor)
    return 0 if stat.S_ISDIR(facts.st_mode) else facts.st_ctime_ns


def remove_lock(request: dict[str, Any]) -> dict[str, Any]:
    facts = declared.lock(request["name"])
    check_failing(facts["unit"])
    if not facts["there"] or facts["alive"]:
        raise RequestRefused(f"{facts['path']}: {facts['alive'] or 'is not there'}")
    if facts["inode"] != request["inode"]:
        raise RequestRefused(f"{facts['path']} is another file by now")
    folder, _, name = facts["path"].rpartition("/")
    with declared.opened(open_folder(folder or "/")) as directory:
        seen = os.stat(name, dir_fd=directory, follow_symlinks=False)
        if seen.st_ino != request["inode"]:
            raise RequestRefused(f"{facts['path']} is another file by now")
        os.unlink(name, dir_fd=directory)
    return {"path": facts["path"]}


def enable_timer(request: dict[str, Any]) -> dict[str, Any]:
    """enable --now of a declared timer; nothing else can be enabled."""
    unit = _declared_timer(request)
    enabling.enabled_along(unit)
    check_effect("start", unit)
    before = enabling.state(unit)
    with made.noting("enable", unit, {"enabled": before[0]}):
        return _turn(unit, before, "enable", "--now")


def timer_off(request: dict[str, Any]) -> dict[str, Any]:
    """Undo an `enable_timer`: disable --now, or stop where it was enabled before."""
    unit = _declared_timer(request)
    verb = request["do"].removesuffix("_timer")
    with made.taking_back("enable", unit) as was:
        if verb == "stop":
            check_unprotected(unit)
        elif was.get("enabled") != "disabled":
            raise RequestRefused(f"{unit} was {was.get('enabled')} before")
        else:
            enabling.enabled_along(unit)
        check_effect("stop", unit)
        return _turn(unit, enabling.state(unit), verb, *(["--now"] if verb == "disable" else []))


def _turn(unit: str, before: tuple[str, str], *words: str) -> dict[str, Any]:
    argv = [program("systemctl"), "--no-pager", "--no-ask-password", *words, "--", unit]
    ended = run(argv, seconds=60, limit=4_096)
    if ended.code != 0:
        reason = f"systemctl {words[0]} {unit} ended with {ended.code}"
        raise RequestRefused(reason) if enabling.state(unit) == before else HalfDone(reason)
    return {"unit": unit}


def enables(request: dict[str, Any]) -> dict[str, Any]:
    """What else is enabled with a declared timer, and how each is now; nothing is changed."""
    return {"along": enabling.enabled_along(_declared_timer(request))}


def _declared_timer(request: dict[str, Any]) -> str:
    unit = str(entry("timers", "unit", request["unit"])["unit"])
    if not unit.endswith(".timer"):
        raise RequestRefused(f"{unit[:80]} is not a timer")
    return unit


def restore(request: dict[str, Any]) -> dict[str, Any]:
    if goodcopy.state(request["name"])["good"] != request["sha256"]:
        raise RequestRefused("the good copy is another one than was approved")
    with made.noting("restore", request["name"], {"sha256": request["sha256"]}):
        return goodcopy.restore(request["name"])


def put_back(request: dict[str, Any]) -> dict[str, Any]:
    """Undo a `restore`, once: what the gate says of the file as it is now would fit at any time."""
    with made.taking_back("restore", request["name"]) as was:
        if was != {"sha256": request["sha256"]}:
            raise RequestRefused(f"{request['name']} is not as it was restored")
        return goodcopy.put_back(request["name"], request["sha256"])


def test(request: dict[str, Any]) -> dict[str, Any]:
    return {"passed": config_test.ask(request["name"])}


DOES: Final[dict[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "terminate": terminate,
    "keep": lambda request: goodcopy.keep(request["name"]),
    "restore": restore,
    "put_back": put_back,
    "test": test,
    "file": lambda request: goodcopy.state(request["name"]),
    "delete_logs": delete_logs,
    "own": own,
    "own_back": own_back,
    "remove_lock": remove_lock,
    "enables": enables,
    "enable_timer": enable_timer,
    "disable_timer": timer_off,
    "stop_timer": timer_off,
    "mask_of": lambda request: masking.mask_of(request["unit"]),
    "unmask": lambda request: masking.unmask(request["unit"]),
    "mask_again": lambda request: masking.mask_again(request["unit"], request["mask"]),
    "vacuum": lambda request: freeing.vacuum(request["directory"]),
    "clean": lambda request: freeing.clean(request["program"]),
    "mount": lambda request: mounting.mount(request["point"]),
    "unmount": lambda request: mounting.unmount(request["point"]),
    "repoint": lambda request: releases.repoint(request["name"], request["leads"], request["to"]),
    "repoint_back": lambda request: releases.repoint_back(request["name"], request["leads"], request["to"]),
}


def keep_all() -> int:
    """A good copy of each declared file that passes its test; the others keep the copy they have."""
    for one in entries("files"):
        try:
            goodcopy.keep(one["name"])
        except RequestRefused as refused:
            print(f"{one['name']}: {refused}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(keep_all() if sys.argv[1:] == ["keep"] else serve(by_policy(handle), CALLERS))
