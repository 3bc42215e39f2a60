"""Compiled rules kept between two commands: compiling takes seconds, loading a tenth of a millisecond."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from pathlib import Path

PREPARED = Path("/var/cache/stillwatch/compiled")
"""What root compiled for everybody on this host, if anybody did."""
KEPT = 8
"""Files kept: rules change, and then the old ones are of no use."""


class CompiledShelf:
    """folder: made at need, with mode 0700. Files that others than we and root may write are not read.

    prepared: looked into as well, and never written. Nothing here raises: what cannot be kept is compiled again.
    """

    def __init__(self, folder: Path | None, prepared: Path | None = PREPARED, *, shared: bool = False) -> None:
        """folder: None where nothing may be kept; shared: others may read what is kept."""
        self._folder, self._prepared = folder, prepared
        self._modes = (0o755, 0o644) if shared else (0o700, 0o600)

    def get(self, key: str) -> bytes | None:
        """What was kept for these rules on this processor; None if nothing was, or it is not as it was written."""
        folders = [folder for folder in (self._folder, self._prepared) if folder is not None]
        return next((body for folder in folders if (body := _read(folder / f"{key}.rules")) is not None), None)

    def put(self, key: str, body: bytes) -> None:
        if (folder := self._folder) is None:
            return
        with contextlib.suppress(OSError):
            of_folder, of_file = self._modes
            folder.mkdir(mode=of_folder, parents=True, exist_ok=True)
            part = folder / f".{os.getpid()}.part"
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(file.fileno(), of_file)
                file.write(hashlib.sha256(body).digest() + body)
            part.replace(folder / f"{key}.rules")
            _forget(folder)


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if status.st_uid not in (0, os.geteuid()) or stat.S_IMODE(status.st_mode) & 0o022:
                return None
            digest, body = file.read(32), file.read()
    except OSError:
        return None
    return body if hashlib.sha256(body).digest() == digest else None


def _forget(folder: Path) -> None:
    newest_first = sorted(folder.glob("*.rules"), key=lambda file: -file.stat().st_mtime)
    for old in newest_first[KEPT:]:
        old.unlink()
