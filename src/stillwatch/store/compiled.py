"""Compiled rules kept between two commands: compiling takes half a second, loading a tenth of a millisecond."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from pathlib import Path

KEPT = 3
"""Files kept: rules change, and then the old ones are of no use."""


class CompiledShelf:
    """folder: made at need, with mode 0700. Files of another owner, or open to others, are not read.

    Nothing here raises: what cannot be kept is compiled again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> bytes | None:
        """What was kept for these rules on this processor; None if nothing was, or it is not as it was written."""
        try:
            with self._file(key).open("rb") as file:
                status = os.fstat(file.fileno())
                if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o077:
                    return None
                digest, body = file.read(32), file.read()
        except OSError:
            return None
        return body if hashlib.sha256(body).digest() == digest else None

    def put(self, key: str, body: bytes) -> None:
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = self._folder / f".{os.getpid()}.part"
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(hashlib.sha256(body).digest() + body)
            part.replace(self._file(key))
            self._forget()

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}.rules"

    def _forget(self) -> None:
        newest_first = sorted(self._folder.glob("*.rules"), key=lambda file: -file.stat().st_mtime)
        for old in newest_first[KEPT:]:
            old.unlink()
