"""Which declared paths lead to one file or folder now: a bind mount gives one thing several (R36)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Final

from stillwatch.helpers.declared import opened
from stillwatch.helpers.policyfile import entries
from stillwatch.helpers.request import RequestRefused
from stillwatch.helpers.safe_open import open_folder

PLACES: Final = {
    "rotated_logs": "directory", "files": "path", "ownership": "path", "locks": "path", "releases": "path",
    "mounts": "path", "journal": "directory", "backups": "protects",
}  # fmt: skip
"""Where the policy file names a path of something that is changed, or whose change counts."""


def same_as(path: str) -> dict[str, Any]:
    """paths: all that lead where this one does, itself included. Raises RequestRefused for one that is not declared."""
    declared = set(_declared())
    if path not in declared:
        raise RequestRefused(f"{path[:200]} is no declared path")
    place = _place(path)
    return {"paths": sorted(one for one in declared if one == path or _place(one) == place)}


def _declared() -> Iterator[str]:
    for table, key in PLACES.items():
        try:
            found = entries(table)
        except RequestRefused:
            continue  # nothing of such a table is changed either
        for one in found:
            path = one.get(key)
            yield from (str(each) for each in (path if isinstance(path, list) else [path]) if str(each).startswith("/"))


def _place(path: str) -> tuple[object, ...]:
    """Device and inode, of what is absent those of its folder; a path that leads over a link is no other's."""
    folder, _, name = path.rpartition("/")
    try:
        with opened(open_folder(folder or "/")) as above:
            try:
                facts, rest = os.stat(name, dir_fd=above, follow_symlinks=False), ""
            except FileNotFoundError:
                facts, rest = os.fstat(above), name
    except (RequestRefused, OSError):
        return (path,)
    return facts.st_dev, facts.st_ino, rest
