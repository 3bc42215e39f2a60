"""Services and timers that make backups: when each ran last, how it ended, when it runs next."""

from __future__ import annotations

import re
from typing import Any

from stillwatch.records.iso import iso
from stillwatch.records.unit import UnitState
from stillwatch.tools.tool import HostReader, Look, Tool

_BACKUP = re.compile(
    r"backup|borg|restic|rsnapshot|duplicity|duplicati|snapper|sanoid|autopostgresql|automysql|sicherung", re.I
)


class Arguments(Tool, frozen=True):
    """Services and timers that make backups: when each ran last, how it ended, when it runs next."""

    async def look(self, reader: HostReader) -> Look:
        now, boot = reader.clock.now(), reader.clock.boot()
        names = {name for name in await reader.systemd.installed(".service") if _BACKUP.search(name)}
        timers = {one.state.name: one for one in await reader.systemd.timers() if _BACKUP.search(one.state.name)}
        names |= {name for timer in timers.values() for name in timer.state.triggers}
        rows: list[dict[str, Any]] = []
        for name in sorted(names - OWN)[:30]:
            unit: UnitState = await reader.systemd.unit(name)
            mine = [timer for timer in timers.values() if name in timer.state.triggers]
            last = max([unit.exited_at, unit.active_at, *(timer.last_at for timer in mine)])
            plans = [one.next_at or (now - boot + one.next_monotonic if one.next_monotonic else 0.0) for one in mine]
            rows.append(
                {
                    "unit": name,
                    "state": unit.active_state,
                    "result": unit.result if last else "",
                    "last": last,
                    "next": min((plan for plan in plans if plan), default=0.0),
                    "timer": next((timer.state.name for timer in mine), ""),
                    "scheduled": any(timer.state.active_state == "active" for timer in mine),
                }
            )
        lines = [
            f"{row['unit']}: "
            + (f"last {iso(row['last'])}, {row['result']}" if row["last"] else "never ran as far as PID 1 knows")
            + (f", next {iso(row['next'])}" if row["next"] else ", no next run")
            for row in rows
        ]
        return Look("\n".join(lines) or "no service or timer is named like a backup", {"backups": rows})


OWN = frozenset(("dpkg-db-backup.service",))
"""Debian's own: it keeps a copy of the package database, no data of the owner's."""
