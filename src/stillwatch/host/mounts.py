"""Mounted file systems and how full they are. One that hangs costs its time-out and is named, it stops nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stillwatch.errors import NotReachable

REAL: Final = frozenset(
    (
        *("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "jfs", "reiserfs", "nilfs2", "hfsplus"),
        *("vfat", "exfat", "ntfs", "ntfs3", "fuseblk", "nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs", "ceph"),
        *("glusterfs", "fuse.sshfs", "fuse.glusterfs", "overlay", "tmpfs"),
    )
)
SYSTEM: Final = ("/run", "/dev", "/proc", "/sys", "/tmp", "/var/lib/docker", "/var/lib/containers", "/snap")  # noqa: S108


@dataclass(frozen=True, kw_only=True, slots=True)
class Mount:
    """One line of /proc/self/mountinfo (proc_pid_mountinfo(5))."""

    point: str
    kind: str
    source: str
    options: str
    device: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Fill:
    """used and inodes: shares 0…1 as df reckons them (blocks reserved for root count as neither used nor free);

    inodes is None where the file system counts none; size and free (to ordinary users) in bytes.
    """

    used: float
    inodes: float | None
    size: int
    free: int


def parse(text: str, *, sandboxed: bool = False) -> list[Mount]:
    """All mounts; lines that are none are skipped.

    sandboxed: the view of a service whose sandbox makes mounts read-only (ProtectSystem=) and lays pieces of a tmpfs
    over folders (ProtectHome=, InaccessiblePaths=): those are left out, and what is said of the file system itself
    stands for the mount's options. That a mount alone is read-only, and not its file system, cannot be told then.
    """
    mounts = []
    for line in text.splitlines():
        before, separator, after = line.partition(" - ")
        left, right = before.split(" "), after.split(" ")
        if not separator or len(left) < 6 or len(right) < 2:
            continue
        kind, options = right[0], left[5]
        if sandboxed:
            if kind == "tmpfs" and left[3] != "/":
                continue
            options = right[2] if len(right) > 2 else options
        mounts.append(Mount(point=_plain(left[4]), options=options, device=left[2], kind=kind, source=_plain(right[1])))
    return mounts


def worth_watching(mounts: Iterable[Mount]) -> list[Mount]:
    """Real, writable file systems, each once, by its shortest mount point; a tmpfs only where data lies."""
    best: dict[str, Mount] = {}
    for mount in mounts:
        if mount.kind not in REAL or "ro" in mount.options.split(","):
            continue
        if mount.kind in ("tmpfs", "overlay") and _below(mount.point, SYSTEM):
            continue
        known = best.get(mount.device)
        # The later of two mounts on one point hides the earlier.
        if known is None or len(mount.point) < len(known.point):
            best[mount.device] = mount
    return sorted(best.values(), key=lambda mount: mount.point)


def read_mounts(proc: Path = Path("/proc")) -> list[Mount]:
    """The mounts as PID 1 sees them; where those may not be read (ProtectProc=), ours, as a sandbox shows them.

    Raises NotReachable where the kernel does not tell.
    """
    with contextlib.suppress(OSError):
        if text := (proc / "1/mountinfo").read_text(errors="replace"):
            return parse(text)
    try:
        return parse((proc / "self/mountinfo").read_text(errors="replace"), sandboxed=True)
    except OSError as error:
        raise NotReachable(f"mounts cannot be read: {error.strerror}") from error


async def fill(point: str, seconds: float = 2.0) -> Fill:
    """Raises TimeoutError for a mount that hangs (a dead NFS server) and OSError for one that refuses.

    A daemon thread asks, since nothing can end a hanging statvfs(2): neither the caller nor our exit waits for it.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[os.statvfs_result] = loop.create_future()

    def ask() -> None:
        try:
            result = os.statvfs(point)
        except OSError as error:
            _tell(loop, answer, error)
        else:
            _tell(loop, answer, result)

    threading.Thread(target=ask, name="statvfs", daemon=True).start()
    return reckon(await asyncio.wait_for(answer, seconds))


def reckon(seen: os.statvfs_result) -> Fill:
    """As df: used / (used + available to ordinary users)."""
    used = seen.f_blocks - seen.f_bfree
    room = used + seen.f_bavail
    inodes = (seen.f_files - seen.f_ffree) / seen.f_files if seen.f_files else None
    return Fill(
        used=used / room if room else 0.0,
        inodes=inodes,
        size=seen.f_blocks * seen.f_frsize,
        free=seen.f_bavail * seen.f_frsize,
    )


def _tell(
    loop: asyncio.AbstractEventLoop, answer: asyncio.Future[os.statvfs_result], value: os.statvfs_result | OSError
) -> None:
    def settle() -> None:
        if answer.done():
            return
        if isinstance(value, OSError):
            answer.set_exception(value)
        else:
            answer.set_result(value)

    if not loop.is_closed():
        loop.call_soon_threadsafe(settle)


def _below(point: str, tops: tuple[str, ...]) -> bool:
    return any(point == top or point.startswith(f"{top}/") for top in tops)


def _plain(word: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        word = word.replace(code, character)
    return word
