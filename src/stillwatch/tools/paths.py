"""Paths as arguments."""

from __future__ import annotations

from stillwatch.errors import WrongUsage


def checked(path: str) -> str:
    """Raises WrongUsage for a relative path, one with "..", or one with control characters."""
    if not path.startswith("/") or ".." in path.split("/") or not path.isprintable():
        raise WrongUsage("a path is absolute, without '..' or control characters")
    return path
