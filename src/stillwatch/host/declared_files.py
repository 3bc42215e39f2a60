"""Files that an owner declared: how old the newest backup is, until when a certificate is good."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import Final

from stillwatch.errors import NotReachable

MOST: Final = 20_000
"""Files that a pattern may name; of more the first are looked at."""
LARGEST: Final = 262_144
_MARKS: Final = "*?["


def newest(pattern: str) -> float | None:
    """When the newest file of a pattern was changed, None where there is none. Raises NotReachable where one cannot
    see that."""
    root = _folder(pattern)
    if root.is_dir() and not os.access(root, os.R_OK | os.X_OK):
        raise NotReachable(f"{root} may not be read")
    times = []
    try:
        for path in islice(Path("/").glob(pattern.lstrip("/")), MOST):
            if path.is_file():
                times.append(path.stat().st_mtime)
    except OSError as error:
        raise NotReachable(f"{root} cannot be read: {error.strerror}") from error
    return max(times, default=None)


def certificate_ends(path: str) -> float:
    """Of the first certificate in the file (PEM). Raises NotReachable."""
    from cryptography import x509  # which nobody needs who declares none

    try:
        with Path(path).open("rb") as file:
            return x509.load_pem_x509_certificate(file.read(LARGEST)).not_valid_after_utc.timestamp()
    except OSError as error:
        raise NotReachable(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise NotReachable(f"{path} holds no certificate") from error


def _folder(pattern: str) -> Path:
    """The last folder that the pattern names as it is."""
    parts = pattern.split("/")
    fixed = next((number for number, part in enumerate(parts) if set(part) & set(_MARKS)), len(parts) - 1)
    return Path("/".join(parts[:fixed]) or "/")
