"""A file of secrets, one a line: API keys, addresses that hold passwords."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from stillwatch.errors import StillwatchError, unusable

MOST_CHARACTERS: Final = 65_536


def secret_lines(path: Path) -> list[str]:
    """The lines of a file of secrets, without empty ones and comments.

    Raises StillwatchError where group or others can read it. What systemd hands over (LoadCredential=) lies in a folder
    that is ours alone, and an access list shows as rights of the group.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor) as file:
            handed_over = str(path.parent) == os.environ.get("CREDENTIALS_DIRECTORY")
            if stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o077 and not handed_over:
                raise StillwatchError(f"{path} can be read by others", next_step=f"chmod 600 {path}")
            lines = [line.strip() for line in file.read(MOST_CHARACTERS).splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise unusable(path, error) if isinstance(error, OSError) else StillwatchError(f"{path} is no text") from error
    return [line for line in lines if line and not line.startswith("#")]
