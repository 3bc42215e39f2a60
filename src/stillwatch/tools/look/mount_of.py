"""The mount that holds a path: what it is, whether it can be written, whether it is declared, and since when."""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import Annotated, Any

from msgspec import Meta

from stillwatch.host.mounts import Mount, read_mounts
from stillwatch.host.systemd import Systemd
from stillwatch.tools.paths import checked
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """The mount that holds a path: what it is, whether it can be written, whether it is declared, and since when."""

    path: Annotated[str, Meta(min_length=1, max_length=4096, description="absolute")]

    async def look(self, reader: HostReader) -> Look:
        path = checked(self.path)
        mounts, entries = await in_thread(lambda: (read_mounts(), _entries(path)))
        holding = [mount for mount in mounts if PurePosixPath(path).is_relative_to(mount.point)]
        # Of two on one point the later hides the earlier.
        row = await _row(holding[-1], reader.systemd) if (holding := sorted(holding, key=_depth)) else {}
        is_mount = bool(row) and row["point"] == str(path)
        rows = [row] if row else []
        words = f"{row['point']} is a {row['kind']} from {row['source']}, {_how(row)}" if row else "no mount holds it"
        text = f"{path} is {'' if is_mount else 'not '}a mount point; {words}"
        return Look(text, {"path": str(path), "is_mount": is_mount, "mounts": rows, "entries": entries})


def _depth(mount: Mount) -> int:
    return len(mount.point)


def _how(row: dict[str, Any]) -> str:
    return ("read-only" if row["read_only"] else "can be written") + (", declared" if row["declared"] else "")


async def _row(mount: Mount, systemd: Systemd) -> dict[str, Any]:
    """declared: the unit file or the line of fstab that says so, "" where somebody mounted it by hand."""
    unit = await systemd.mount_at(mount.point)
    return {
        "point": mount.point,
        "kind": mount.kind,
        "source": mount.source,
        "read_only": "ro" in mount.options.split(","),
        "no_exec": "noexec" in mount.options.split(","),
        "declared": unit.fragment_path if unit else "",
        "unit": unit.name if unit else "",
        "since": unit.changed_at if unit else 0.0,
    }


def _entries(path: str) -> int:
    """How much lies directly in it; 0 where it cannot be read."""
    try:
        return len(os.listdir(path))  # noqa: PTH208
    except OSError:
        return 0
