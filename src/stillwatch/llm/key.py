"""The API key of our own llama-servers: a file that only we can read, the same for all who run as us.

Run as `python -I -m stillwatch.llm.key FOLDER` it makes the file there, for servers that systemd starts.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from stillwatch.errors import StillwatchError, unusable
from stillwatch.tables.secret_file import secret_lines

NAME = "llama.key"


def own_key(runtime: Path) -> tuple[Path, str]:
    """(file, key); made on first use, whole or not at all. Raises StillwatchError for a file that others could read."""
    path = runtime / NAME
    try:
        runtime.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _make(path)
        return path, read_key(path)
    except OSError as error:
        raise unusable(path, error) from error


def read_key(path: Path) -> str:
    """The first line of a key file. Raises StillwatchError where group or others can read it or it is empty."""
    lines = secret_lines(path)
    if not lines:
        raise StillwatchError(f"{path} holds no key", next_step="remove the file")
    return lines[0]


def _make(path: Path) -> None:
    written = path.with_name(f".{NAME}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    try:
        path.hardlink_to(written)  # the first of two starters wins, and the other takes its key
    except FileExistsError:
        pass
    finally:
        written.unlink()


if __name__ == "__main__":
    own_key(Path(sys.argv[1]))
