"""How many files are open, and which processes hold most, as far as they may be seen."""

from __future__ import annotations

from stillwatch.host.processes import open_files
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """How many files are open, and which processes hold most, as far as they may be seen."""

    async def look(self, reader: HostReader) -> Look:
        used, _, most = (int(word) for word in (reader.text("/proc/sys/fs/file-nr") or "0 0 0").split())
        rows, unseen = await in_thread(open_files)
        lines = [f"{used} of {most} file handles in use"]
        lines += [f"{row['pid']} {row['name']} {row['open']} open {row['unit']}" for row in rows]
        lines += [f"{unseen} processes of others may not be counted"] if unseen else []
        return Look("\n".join(lines), {"used": used, "most": most, "processes": rows, "unseen": unseen})
