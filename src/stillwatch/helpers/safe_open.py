"""Open a path without ever following a symbolic link or leaving its root (R22): openat2(2), by the kernel."""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct
from pathlib import PurePosixPath
from typing import Final

from stillwatch.helpers.request import RequestRefused

SYS_OPENAT2: Final = 437  # the same number on every architecture (Linux 5.6)
NO_MAGICLINKS, NO_SYMLINKS, BENEATH = 0x02, 0x04, 0x08  # linux/openat2.h, RESOLVE_*
AT_EMPTY_PATH, STATX_MNT_ID = 0x1000, 0x1000  # linux/fcntl.h, linux/stat.h
STATX_BYTES, STATX_MNT_ID_AT = 256, 144  # struct statx
_libc: Final = ctypes.CDLL(None, use_errno=True)


def open_beneath(path: str, flags: int, mode: int = 0) -> int:
    """A descriptor of an absolute path, resolved from / with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS.

    Raises RequestRefused where a component is a link or absent; OSError never.
    """
    if not path.startswith("/") or ".." in PurePosixPath(path).parts or "\0" in path:
        raise RequestRefused(f"{path[:200]} is not a clean absolute path")
    root = os.open("/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    how = struct.pack("=QQQ", flags | os.O_CLOEXEC, mode, BENEATH | NO_SYMLINKS | NO_MAGICLINKS)
    try:
        found = _libc.syscall(SYS_OPENAT2, root, os.fsencode(path.lstrip("/") or "."), how, len(how))
    finally:
        os.close(root)
    if found < 0 and ctypes.get_errno() == errno.ENOSYS:
        return walk(path, flags, mode)
    if found < 0:
        raise RequestRefused(f"{path}: {os.strerror(ctypes.get_errno())}")
    return int(found)


def walk(path: str, flags: int, mode: int = 0) -> int:
    """The same, a component at a time with O_NOFOLLOW: RestrictSUIDSGID= of systemd takes openat2 away (ENOSYS)."""
    *folders, last = PurePosixPath(path).parts[1:] or (".",)
    place = os.open("/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            step = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place)
            os.close(place)
            place = step
        return os.open(last, flags | os.O_NOFOLLOW | os.O_CLOEXEC, mode, dir_fd=place)
    except OSError as error:
        raise RequestRefused(f"{path}: {error.strerror}") from error
    finally:
        os.close(place)


def mount_of(descriptor: int) -> int:
    """The id of the mount that it was opened on (statx(2)): a bind mount has one of its own, an overlay has one alone.

    Raises RequestRefused where the kernel does not say (before Linux 5.8).
    """
    facts = ctypes.create_string_buffer(STATX_BYTES)
    if _libc.statx(descriptor, b"", AT_EMPTY_PATH, STATX_MNT_ID, facts) != 0:
        raise RequestRefused(f"statx: {os.strerror(ctypes.get_errno())}")
    if not struct.unpack_from("=I", facts, 0)[0] & STATX_MNT_ID:
        raise RequestRefused("this kernel does not tell mounts apart")
    return int(struct.unpack_from("=Q", facts, STATX_MNT_ID_AT)[0])


def open_folder(path: str) -> int:
    return open_beneath(path, os.O_RDONLY | os.O_DIRECTORY)


def plain_file(descriptor: int, path: str) -> os.stat_result:
    """Its facts. Raises RequestRefused unless it is a regular file with one link."""
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode):
        raise RequestRefused(f"{path} is no regular file")
    if facts.st_nlink != 1:
        raise RequestRefused(f"{path} has {facts.st_nlink} links")
    return facts
