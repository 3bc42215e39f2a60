"""What speaks against a restart of the host now: people logged in, package work under way, jobs of PID 1."""

from __future__ import annotations

from typing import Any

from stillwatch.errors import StillwatchError
from stillwatch.helpers.process_table import Row
from stillwatch.host.accounts import user_name
from stillwatch.host.processes import table
from stillwatch.host.sessions import open_sessions
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread

AT_WORK = ("apt-get", "apt", "dpkg", "unattended-upgr", "dnf", "rpm", "fsck", "mdadm", "resize2fs", "nixos-rebuild")
SAVING = ("borg", "restic", "rsync", "pg_dump", "mysqldump", "duplicity", "rsnapshot", "tar")


class Arguments(Tool, frozen=True):
    """What speaks against a restart of the host now: people logged in, package work under way, jobs of PID 1."""

    async def look(self, reader: HostReader) -> Look:
        try:
            people = await open_sessions(reader.systemd.address)
        except StillwatchError:
            people = []
        rows: list[Row] = await in_thread(table)
        work = [_short(row) for row in rows if row.name in AT_WORK]
        saving = [_short(row) for row in rows if row.name in SAVING]
        try:
            listed = await reader.systemd.listed()
        except StillwatchError:
            listed = []
        moving = [row.name for row in listed if row.active_state in ("activating", "deactivating", "reloading")]
        lines = [f"{row['user']} is logged in" for row in people]
        lines += [f"{row['name']} (pid {row['pid']}) works on packages or file systems" for row in work]
        lines += [f"{row['name']} (pid {row['pid']}) may be saving data" for row in saving]
        lines += [f"{name} is just changing its state" for name in moving]
        data = {"people": people, "work": work, "saving": saving, "moving": moving}
        return Look("\n".join(lines) or "nothing that I can see speaks against a restart", data)


def _short(row: Row) -> dict[str, Any]:
    return {"pid": row.pid, "name": row.name, "user": user_name(row.uid)}
