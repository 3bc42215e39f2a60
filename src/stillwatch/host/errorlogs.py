"""Error logs of servers that do not speak to the journal: those that are there and may be read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

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
MOST: Final = 12


def error_logs(written_since: float = 0.0, root: Path = Path("/")) -> list[str]:
    """At most MOST, the last written first. written_since: seconds since the epoch; older ones are left out."""
    found: list[tuple[float, str]] = []
    for pattern in (*PATTERNS, _FOLDERS):
        for path in root.glob(pattern):
            if pattern == _FOLDERS and path.stem not in (path.parent.name, "error", f"{path.parent.name}d"):
                continue
            try:
                written = path.stat().st_mtime
            except OSError:
                continue
            if written >= written_since and os.access(path, os.R_OK):
                found.append((written, str(path)))
    return [path for _, path in sorted(set(found), reverse=True)[:MOST]]
