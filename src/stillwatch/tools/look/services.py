"""Services: which run, which failed, and which are enabled without running."""

from __future__ import annotations

from stillwatch.tools.tool import HostReader, Look, Tool


class Arguments(Tool, frozen=True):
    """Services: which run, which failed, and which are enabled without running."""

    async def look(self, reader: HostReader) -> Look:
        rows = [row for row in await reader.systemd.listed() if row.name.endswith(".service")]
        running = sorted(row.name for row in rows if row.active_state == "active" and row.sub_state == "running")
        everything = [row for row in await reader.systemd.listed() if row.active_state == "failed"]
        failed = sorted(row.name for row in everything)
        starting = sorted(row.name for row in rows if row.active_state == "activating")
        lines = [f"{len(running)} services run: {', '.join(running)}"]
        lines += [f"failed: {', '.join(failed)}"] if failed else ["no unit has failed"]
        lines += [f"starting again and again or still: {', '.join(starting)}"] if starting else []
        return Look("\n".join(lines), {"running": running, "failed": failed, "starting": starting})
