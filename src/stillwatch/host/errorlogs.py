"""Error logs of servers that do not speak to the journal, and where units send it: those that may be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from stillwatch.host.ownfiles import named_after
from stillwatch.host.unitoutput import outputs_of_all

PATTERNS: Final = (
    "var/log/nginx/error.log",
    "var/log/apache2/error.log",
    "var/log/httpd/error_log",
    "var/log/mysql/error.log",
    "var/log/mariadb/mariadb.log",
    "var/log/postgresql/postgresql-*.log",
    "var/log/php*-fpm.log",
    "var/log/redis/redis-server.log",
)
_FOLDERS: Final = "var/log/*/*.log"
"""Of a service of any other name: the log in its own folder that is called as the folder is, or "error"."""
MOST: Final = 16


def error_logs(written_since: float = 0.0, root: Path = Path("/")) -> list[str]:
    """At most MOST, the last written first. written_since: seconds since the epoch; older ones are left out."""
    found: list[tuple[float, str]] = []
    for path in _candidates(root):
        try:
            written = path.stat().st_mtime
        except OSError:
            continue
        if written >= written_since and path.is_file() and os.access(path, os.R_OK):
            found.append((written, str(path)))
    return [path for _, path in sorted(set(found), reverse=True)[:MOST]]


def owned_logs(root: Path = Path("/")) -> dict[str, str]:
    """Logs of which it is known whose they are, each with its unit; "" where several units write to one file."""
    return {**named_after(root), **outputs_of_all(root)}


def _candidates(root: Path) -> Iterator[Path]:
    for pattern in PATTERNS:
        yield from root.glob(pattern)
    for path in root.glob(_FOLDERS):
        if path.stem in (path.parent.name, "error", f"{path.parent.name}d"):
            yield path
    yield from (root / path.lstrip("/") for path in owned_logs(root))
