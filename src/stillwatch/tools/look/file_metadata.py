"""Whether a path exists, its kind, owner, mode, size, age, link target and a script's interpreter; no other content."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from stillwatch.helpers.policyfile import entries
from stillwatch.helpers.request import RequestRefused
from stillwatch.host.accounts import group_name, user_name
from stillwatch.tools.paths import checked
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """Whether a path exists, its kind, owner, mode, size, age, link target and a script's interpreter; no content."""

    diagnosis = True

    path: Annotated[str, Meta(min_length=1, max_length=4096, description="absolute")]

    async def look(self, reader: HostReader) -> Look:
        return Look(*await in_thread(lambda: self._read(reader)))

    def _read(self, reader: HostReader) -> Look:
        path = Path(checked(self.path))
        try:
            seen = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            gone = {"path": str(path), "exists": False, "folder_changed": _folder_changed(path)}
            return Look(f"{path} does not exist", gone | {"declared": _is_declared(path)})
        link = str(path.readlink()) if stat.S_ISLNK(seen.st_mode) else ""
        data = {"path": str(path), "exists": True, "mode": stat.filemode(seen.st_mode), "uid": seen.st_uid}
        data |= {"gid": seen.st_gid, "size": seen.st_size, "changed": seen.st_mtime, "link": link}
        data |= {"target_exists": path.exists() if link else None}
        data |= {"owner": user_name(seen.st_uid), "group": group_name(seen.st_gid)}
        data |= {"folder_changed": _folder_changed(path), "declared": _is_declared(path)}
        data |= _interpreter(path, seen.st_mode)
        dangling = " (dangling)" if link and not path.exists() else ""
        text = f"{path}: {data['mode']} {data['owner']}:{data['group']} {seen.st_size} bytes"
        if data.get("interpreter_exists") is False:
            text += f", its interpreter {data['interpreter']} does not exist"
        age = (reader.clock.now() - seen.st_mtime) / 3600
        return Look(f"{text}, changed {age:.1f} h ago" + (f" -> {link}{dangling}" if link else ""), data)


def _folder_changed(path: Path) -> float | None:
    """When the folder's own entries changed last; None where there is no such folder."""
    try:
        return path.parent.stat().st_mtime
    except OSError:
        return None


def _is_declared(path: Path) -> bool:
    """Whether the policy declares the file, so that good copies of it are kept."""
    try:
        return any(one.get("path") == str(path) for one in entries("files"))
    except RequestRefused:
        return False


def _interpreter(path: Path, mode: int) -> dict[str, object]:
    """What the first line of an executable script names after "#!" (execve(2)), and whether that exists."""
    if not stat.S_ISREG(mode) or not mode & 0o111:
        return {}
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            first = file.read(256).partition(b"\n")[0]
    except OSError:
        return {}
    words = first[2:].split() if first.startswith(b"#!") else []
    name = words[0].decode("utf-8", "replace") if words else ""
    return {"interpreter": name, "interpreter_exists": Path(name).exists()} if name.startswith("/") else {}
