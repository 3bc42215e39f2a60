"""Good copies of declared files: taken by root after the declared test passed, put back by name alone (R22)."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import stat
from pathlib import Path, PurePosixPath
from typing import Any, Final

from stillwatch.helpers import config_test
from stillwatch.helpers.child import program, run
from stillwatch.helpers.declared import opened
from stillwatch.helpers.policyfile import entry
from stillwatch.helpers.request import RequestRefused, begun
from stillwatch.helpers.safe_open import open_beneath, open_folder, plain_file

STATE = Path("/var/lib/stillwatch-act")
MAX_FILE: Final = 1_048_576
KEPT_MODE: Final = 0o775
"""No rights are raised, and nobody else writes."""
UNIT_FOLDERS: Final = ("/etc/systemd/system/", "/usr/local/lib/systemd/system/")


def keep(name: str) -> dict[str, Any]:
    """Take a copy if the file passes its test now. Read before and after: what was tested is what is kept."""
    path = entry("files", "name", name)["path"]
    before = _read(path)
    if not config_test.ask(name):
        raise RequestRefused(f"{path} does not pass its test, so no copy is taken")
    if _read(path) != before:
        raise RequestRefused(f"{path} changed while it was tested")
    _store(name, "good", *before)
    return {"sha256": _digest(before[0])}


def state(name: str) -> dict[str, Any]:
    """What is there now, and what a restore would put there. Contents never leave.

    Raises RequestRefused where something else than a plain file lies there: it could not be put back.
    """
    declared = entry("files", "name", name)
    good = _load(name, "good")
    if os.path.lexists(declared["path"]):
        now = _read(declared["path"])
        same = good is not None and now[0] == good[0]
        return {
            "path": declared["path"],
            "sha256": _digest(now[0]),
            "good": _digest(good[0]) if good else "",
            "same": same,
        }
    return {"path": declared["path"], "sha256": "", "good": _digest(good[0]) if good else "", "same": False}


def restore(name: str) -> dict[str, Any]:
    """Put the good copy back and test it; if it does not pass, all is as it was before.

    Only what can be put back itself is replaced: a plain file, or none at all.
    """
    path = entry("files", "name", name)["path"]
    good = _load(name, "good")
    if good is None:
        raise RequestRefused(f"there is no good copy of {path}")
    previous: tuple[bytes, dict[str, int]] | None = None
    (_folder() / f"{name}.previous.json").unlink(missing_ok=True)
    if os.path.lexists(path):
        previous = _read(path)
        _store(name, "previous", *previous)
    _write(path, *good)
    if problem := _failed_test(name):
        with begun():
            _take_away(path) if previous is None else _write(path, *previous)
        raise RequestRefused(f"the good copy of {path} {problem}; nothing is changed")
    _tell_systemd(path)
    return {"path": path, "sha256": _digest(good[0])}


def put_back(name: str, sha256: str) -> dict[str, Any]:
    """Undo a restore, while the file is what was restored."""
    path = entry("files", "name", name)["path"]
    previous = _load(name, "previous")
    if previous is None:
        raise RequestRefused(f"nothing was kept of {path} before it was restored")
    if _digest(_read(path)[0]) != sha256:
        raise RequestRefused(f"{path} was changed since it was restored")
    _write(path, *previous)
    _tell_systemd(path)
    return {"path": path, "sha256": _digest(previous[0])}


def _failed_test(name: str) -> str:
    """Why what lies there now is not to stay, "" if it passes its test."""
    try:
        return "" if config_test.ask(name) else "does not pass its test any more"
    except RequestRefused as refused:
        return f"could not be tested: {refused}"


def _tell_systemd(path: str) -> None:
    if path.startswith(UNIT_FOLDERS):
        run([program("systemctl"), "daemon-reload"], seconds=30, limit=4_096)


def _read(path: str) -> tuple[bytes, dict[str, int]]:
    with opened(open_beneath(path, os.O_RDONLY | os.O_NONBLOCK)) as descriptor:
        facts = plain_file(descriptor, path)
        if facts.st_size > MAX_FILE:
            raise RequestRefused(f"{path} is larger than {MAX_FILE} bytes")
        content = os.read(descriptor, MAX_FILE + 1)
    return content, {"uid": facts.st_uid, "gid": facts.st_gid, "mode": stat.S_IMODE(facts.st_mode)}


def _write(path: str, content: bytes, facts: dict[str, int]) -> None:
    """A new file beside it, then rename: never half a file. The folder is held open, so it cannot be swapped."""
    place = PurePosixPath(path)
    with opened(open_folder(str(place.parent))) as folder:
        spare = f".{place.name}.{secrets.token_hex(6)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with opened(os.open(spare, flags, 0o600, dir_fd=folder)) as descriptor:
                _write_all(descriptor, content)
                os.fchown(descriptor, facts["uid"], facts["gid"])
                os.fchmod(descriptor, facts["mode"] & KEPT_MODE)
                os.fsync(descriptor)
            os.rename(spare, place.name, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(spare, dir_fd=folder)
            raise RequestRefused(f"{path}: {error.strerror}") from error


def _take_away(path: str) -> None:
    place = PurePosixPath(path)
    with opened(open_folder(str(place.parent))) as folder:
        os.unlink(place.name, dir_fd=folder)


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _folder() -> Path:
    """Ours alone; a folder that somebody else owns or may write is not believed."""
    folder = STATE / "files"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for place in (STATE, folder):
        facts = place.lstat()
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.geteuid() or facts.st_mode & 0o022:
            raise RequestRefused(f"{place} is not root's alone")
    return folder


def _store(name: str, kind: str, content: bytes, facts: dict[str, int]) -> None:
    folder = _folder()
    record = json.dumps({**facts, "sha256": _digest(content), "content": content.hex()})
    spare = folder / f".{name}.{kind}.{secrets.token_hex(6)}"
    try:
        with opened(os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)) as descriptor:
            _write_all(descriptor, record.encode())
            os.fsync(descriptor)
        spare.rename(folder / f"{name}.{kind}.json")
    except OSError as error:
        spare.unlink(missing_ok=True)
        raise RequestRefused(f"the copy of {name} cannot be kept: {error.strerror}") from error


def _load(name: str, kind: str) -> tuple[bytes, dict[str, int]] | None:
    """The copy, if it is whole and was written by us."""
    file = _folder() / f"{name}.{kind}.json"
    try:
        facts = file.lstat()
        if not stat.S_ISREG(facts.st_mode) or facts.st_uid != os.geteuid() or facts.st_nlink != 1:
            raise RequestRefused(f"{file} is not root's own")
        record = json.loads(file.read_bytes())
        content = bytes.fromhex(record["content"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError) as error:
        raise RequestRefused(f"{file} is damaged") from error
    if _digest(content) != record["sha256"]:
        raise RequestRefused(f"{file} is damaged")
    return content, {key: int(record[key]) for key in ("uid", "gid", "mode")}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
