"""Which declared backups of a change's target are missing or too old: PID 1 is asked, nothing else is believed."""

from __future__ import annotations

from collections.abc import Collection

from stillwatch.gate.change.action import HostAccess
from stillwatch.gate.declared import Backup


async def stale_backups(access: HostAccess, touched: Collection[str]) -> tuple[str, ...]:
    """One sentence for each. touched: units and paths, under every name."""
    concerned = [one for one in access.declared.backups if any(_covers(one, each) for each in touched)]
    return tuple([sentence for one in concerned if (sentence := await _said(access, one))])


async def _said(access: HostAccess, backup: Backup) -> str:
    """ "" for one that is fresh. An end in the future is no proof: the clock was moved."""
    unit = await access.bus.unit(backup.unit)
    if unit is None or (unit.result, unit.exit_status) != ("success", 0) or not unit.exited_at:
        return f"PID 1 knows of no verified run of its backup {backup.unit}"
    hours = (access.clock.now() - unit.exited_at) / 3600
    fresh = 0 <= hours <= backup.max_age_hours
    return "" if fresh else f"its backup {backup.unit} is {hours:.0f} h old, {backup.max_age_hours} h are allowed"


def _covers(backup: Backup, touched: str) -> bool:
    """The very unit, or a path that lies in the protected one or above it."""
    return any(f"{touched}/".startswith(f"{each}/") or each.startswith(f"{touched}/") for each in backup.protects)
