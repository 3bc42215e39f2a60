"""Whether a path exists, its kind, owner, mode, size, age and link target; never its content."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from stillwatch.tools.paths import checked
from stillwatch.tools.tool import Look, Tool, World, in_thread


class Arguments(Tool, frozen=True):
    """Whether a path exists, its kind, owner, mode, size, age and link target; never its content."""

    path: Annotated[str, Meta(min_length=1, max_length=4096, description="absolute")]

    async def look(self, world: World) -> Look:
        return Look(*await in_thread(lambda: self._read(world)))

    def _read(self, world: World) -> Look:
        path = Path(checked(self.path))
        try:
            seen = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return Look(f"{path} does not exist", {"path": str(path), "exists": False})
        link = str(path.readlink()) if stat.S_ISLNK(seen.st_mode) else ""
        data = {"path": str(path), "exists": True, "mode": stat.filemode(seen.st_mode), "uid": seen.st_uid}
        data |= {"gid": seen.st_gid, "size": seen.st_size, "changed": seen.st_mtime, "link": link}
        data |= {"target_exists": path.exists() if link else None}
        dangling = " (dangling)" if link and not path.exists() else ""
        text = f"{path}: {data['mode']} uid {seen.st_uid} gid {seen.st_gid} {seen.st_size} bytes"
        age = (world.clock.now() - seen.st_mtime) / 3600
        return Look(f"{text}, changed {age:.1f} h ago" + (f" -> {link}{dangling}" if link else ""), data)
