"""Jobs that cron runs, of the system and of each person's own crontab; of those only when and which program."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from stillwatch.host.crontabs import jobs
from stillwatch.host.root_only import crontabs
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread
from stillwatch.tools.unit_states import states

FOLDERS = ("hourly", "daily", "weekly", "monthly")


class Arguments(Tool, frozen=True):
    """Jobs that cron runs, of the system and of each person's own crontab; of those only when and which program."""

    async def look(self, reader: HostReader) -> Look:
        rows: list[dict[str, Any]] = []
        own = await in_thread(lambda: crontabs(reader.root))
        unreadable = list[str]() if own is not None and not own["unread"] else ["/var/spool/cron"]
        for file in [*reader.paths("/etc/crontab"), *reader.paths("/etc/cron.d/*")]:
            name = f"/{file.relative_to(reader.root)}"
            try:
                rows += [{"file": name, **row} for row in jobs(reader.text(name))]
            except OSError:
                unreadable.append(name)
        for every in FOLDERS:
            rows += [
                {"file": f"/{file.relative_to(reader.root)}", "when": f"@{every}", "user": "root", "command": file.name}
                for file in reader.paths(f"/etc/cron.{every}/*")
                if _runs(file)
            ]
        rows += [{"file": "", **job} for job in (own["jobs"] if own is not None else ())]
        found = await states(reader, SERVICES)
        running = None if found is None else [name for name, state in found.items() if state == "active"]
        lines = [
            f"{row['when']} {row['user']} {row['command'][:100]} ({row['file'] or 'own crontab'})" for row in rows[:40]
        ]
        lines += [f"{place} may not be read" for place in unreadable]
        lines += ["no cron service runs"] if running == [] else []
        return Look("\n".join(lines) or "no cron job", {"jobs": rows, "unreadable": unreadable, "running": running})


SERVICES = ("cron.service", "crond.service", "cronie.service")


def _runs(file: Path) -> bool:
    """run-parts(8) takes only plain names."""
    return (
        re.fullmatch(r"[A-Za-z0-9_-]+", file.name) is not None and file.is_file() and bool(file.stat().st_mode & 0o111)
    )
