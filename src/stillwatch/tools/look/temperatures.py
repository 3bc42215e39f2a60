"""What the temperature sensors of this host show."""

from __future__ import annotations

import psutil

from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """What the temperature sensors of this host show."""

    async def look(self, reader: HostReader) -> Look:
        found = await in_thread(psutil.sensors_temperatures)
        rows = [
            {"sensor": name, "label": one.label, "celsius": one.current, "high": one.high or 0.0}
            for name, sensors in found.items()
            for one in sensors
        ]
        lines = [f"{row['sensor']} {row['label']} {row['celsius']:.0f} °C".replace("  ", " ") for row in rows]
        return Look("\n".join(lines) or "no temperature sensor shows itself here", {"sensors": rows})
