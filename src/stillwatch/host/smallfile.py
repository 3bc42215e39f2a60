"""The content of a small text file of settings, read so that no odd file can hold anybody up."""

from __future__ import annotations

import os
import stat
from typing import Final

LARGEST: Final = 262_144


def content(path: str) -> bytes:
    """Of a regular file its first LARGEST bytes; b"" where it cannot be read, or is no text."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b""
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            text = file.read(LARGEST)
            return b"" if b"\0" in text else text
    except OSError:
        return b""
    finally:
        os.close(descriptor)
