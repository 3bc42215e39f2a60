"""What is mounted where, how full it is, and what fstab wants mounted that is not."""

from __future__ import annotations

import asyncio
from typing import Any

from stillwatch.host.mounts import Mount, fill, read_mounts, worth_watching
from stillwatch.records.amount import size
from stillwatch.tools.tool import HostReader, Look, Tool


class Arguments(Tool, frozen=True):
    """What is mounted where, how full it is, and what fstab wants mounted that is not."""

    async def look(self, reader: HostReader) -> Look:
        everything = read_mounts()
        mounts = [mount for mount in worth_watching(everything) if not mount.point.startswith(PLUMBING)]
        rows = await asyncio.gather(*(_row(mount) for mount in mounts[:60]))
        points = {mount.point for mount in everything}
        missing = [point for point in _wanted(reader.text("/etc/fstab")) if point not in points]
        lines = [
            f"{row['path']} ({row['kind']} on {row['device']}): "
            + (
                f"{row['used']:.0%} of {size(row['size'])} used, {size(row['free'])} free"
                if row["size"]
                else "no answer"
            )
            for row in rows
        ]
        lines += [f"{point} stands in fstab and is not mounted" for point in missing]
        read_only = [mount.point for mount in everything if "ro" in mount.options.split(",") and mount.kind in KEEPS]
        read_only = [point for point in read_only if not point.startswith(PLUMBING)]
        data = {"mounts": list(rows), "missing": missing, "read_only": read_only}
        return Look("\n".join(lines) or "no file system of its own", data)


PLUMBING = ("/run/host/",)
"""What a container manager shows a container of its own (systemd's container interface)."""
KEEPS = frozenset(("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs"))


async def _row(mount: Mount) -> dict[str, Any]:
    row = {"path": mount.point, "kind": mount.kind, "device": mount.source, "options": mount.options}
    try:
        seen = await fill(mount.point, 1.5)
    except (OSError, TimeoutError):
        return {**row, "size": 0, "free": 0, "used": 0.0, "inodes": None}
    return {**row, "size": seen.size, "free": seen.free, "used": seen.used, "inodes": seen.inodes}


def _wanted(fstab: str) -> list[str]:
    """Mount points of fstab(5) that are mounted at boot."""
    rows = [line.split() for line in fstab.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [
        row[1]
        for row in rows
        if len(row) >= 4 and row[1].startswith("/") and row[2] != "swap" and "noauto" not in row[3].split(",")
    ]
