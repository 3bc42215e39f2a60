"""Which journal files lie below a path, and which of them libsystemd will leave out in silence."""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from stillwatch.errors import WrongUsage

NO_JOURNAL: Final = "not a journal file"
SIGNATURE = b"LPKSHHRH"
"""First bytes of every journal file; header and arena size follow at 88 (systemd, docs/JOURNAL_FILE_FORMAT.md)."""
HEADER_BYTES = 104
HOST_JOURNALS = (Path("/var/log/journal"), Path("/run/log/journal"))


def closed_to_us(folders: Sequence[Path] = HOST_JOURNALS) -> list[Path]:
    """Files and directories of the host's journal that whoever asks may not read.

    libsystemd passes over them in silence: an ordinary user then sees only what was written under the own uid.
    """
    hidden = [folder for folder in folders if folder.is_dir() and not os.access(folder, os.R_OK | os.X_OK)]
    return [*hidden, *(file for file in host_files(folders) if not os.access(file, os.R_OK))]


def host_files(folders: Sequence[Path] = HOST_JOURNALS) -> list[Path]:
    """The journal files of this host, as far as their directories may be read."""
    found: list[Path] = []
    for folder in folders:
        with contextlib.suppress(OSError):
            found += sorted(folder.glob("*/*.journal"))
    return found


def find_journal_files(path: Path) -> list[Path]:
    """The journal files in a directory and its direct subdirectories, or the one file. Raises WrongUsage for none."""
    try:
        if not path.exists():
            raise WrongUsage(f"{path}: no such journal directory")
        if path.is_file():
            return [path]
        files = sorted(file for pattern in ("*.journal*", "*/*.journal*") for file in path.glob(pattern))
        if not os.access(path, os.R_OK | os.X_OK):
            raise WrongUsage(f"{path}: permission denied")
    except OSError as error:
        raise WrongUsage(f"{path}: {error.strerror}") from error
    files = [file for file in files if file.name.endswith((".journal", ".journal~"))]
    if not files:
        raise WrongUsage(f"{path}: no journal files in it")
    if not any(os.access(file, os.R_OK) for file in files):
        raise WrongUsage(f"{path}: its journal files may not be read by this user")
    if all(problem_of(file) for file in files):
        raise WrongUsage(f"{path}: {problem_of(files[0])}")
    return files


def problems_of(files: list[Path]) -> list[str]:
    """One line for each of the first files that cannot be read whole."""
    problems = [f"{file.name}: {problem}" for file in files if (problem := problem_of(file))]
    return [*problems[:8], f"{len(problems) - 8} more journal files cannot be read"] if len(problems) > 8 else problems


def problem_of(file: Path) -> str:
    """Why libsystemd will pass over this file, "" where it will not."""
    try:
        with file.open("rb") as stream:
            header = stream.read(HEADER_BYTES)
            size = os.fstat(stream.fileno()).st_size
    except OSError as error:
        return error.strerror or str(error)
    if len(header) < HEADER_BYTES or not header.startswith(SIGNATURE):
        return NO_JOURNAL
    header_size, arena_size = struct.unpack_from("<QQ", header, 88)
    return "truncated" if header_size + arena_size > size else ""
