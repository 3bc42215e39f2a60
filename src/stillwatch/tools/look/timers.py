"""Timers: whether enabled and active, and when they run next."""

from __future__ import annotations

from stillwatch.tools.tool import HostReader, Look, Tool


class Arguments(Tool, frozen=True):
    """Timers: whether enabled and active, and when they run next."""

    diagnosis = True

    async def look(self, reader: HostReader) -> Look:
        now, monotonic = reader.clock.now(), reader.clock.boot()
        rows = []
        for timer in await reader.systemd.timers():
            state = timer.state
            then = timer.next_at or (now - monotonic + timer.next_monotonic if timer.next_monotonic else 0.0)
            row = {"name": state.name, "enabled": state.enabled, "active": state.active_state, "next": then}
            rows.append(row | {"triggers": list(state.triggers), "last": timer.last_at})
        lines = [
            f"{row['name']} {row['enabled']} {row['active']} "
            + (f"next in {(float(str(row['next'])) - now) / 3600:.1f} h" if row["next"] else "NO NEXT RUN")
            for row in rows
        ]
        return Look("\n".join(lines), {"timers": rows})
