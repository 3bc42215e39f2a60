"""The newest lines of the log files that a unit writes itself, beside the journal."""

from __future__ import annotations

from typing import Annotated, Any, Final

from msgspec import Meta

from stillwatch.errors import StillwatchError
from stillwatch.host.logfile import LogFile
from stillwatch.host.ownfiles import logs_of
from stillwatch.records.line import Line
from stillwatch.records.unit import UnitState
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread
from stillwatch.untrusted.redact import safe_text
from stillwatch.watch.last_words import telling

TAIL_BYTES: Final = 16_384
LEAD: Final = 2.0
"""Seconds by which the times of a log and of PID 1 may differ."""


class Arguments(Tool, frozen=True):
    """The newest lines of the log files that a unit writes itself, beside the journal."""

    unit: Annotated[str, Meta(min_length=1, max_length=255, description="a unit, for example nginx.service")]
    hours: Annotated[float, Meta(gt=0, le=168, description="how far back")] = 1.0
    lines: Annotated[int, Meta(ge=1, le=50, description="at most, the newest of each file")] = 30

    async def look(self, reader: HostReader) -> Look:
        state = await reader.systemd.unit(self.unit)
        since = reader.clock.now() - self.hours * 3600 - LEAD
        found = await in_thread(lambda: self._read(state, since, reader))
        lines = [f"{row['path']}: {line}" for row in found for line in row["lines"]]
        return Look("\n".join(lines) or "it writes no log of its own that may be read", {"logs": found})

    def _read(self, state: UnitState, since: float, reader: HostReader) -> list[dict[str, Any]]:
        """path, at, lines, and of these the telling ones, of each that holds anything."""
        found = []
        for path in logs_of(state, since, reader.root):
            try:
                name = str(reader.root / path.lstrip("/"))
                log = LogFile(name, now=reader.clock.now(), tail=TAIL_BYTES, may_be_empty=True, owner=state.name)
                with log:
                    said = [line for line in log.lines() if line.at >= since and line.text.strip()][-self.lines :]
            except (StillwatchError, OSError):
                continue
            if said:
                found.append(
                    {
                        "path": path,
                        "at": said[-1].at,
                        "lines": _texts(said),
                        "telling": _texts(telling(list(reversed(said)))),
                    }
                )
        return found


def _texts(lines: list[Line] | tuple[Line, ...]) -> list[str]:
    return [safe_text(line.text, 600) for line in lines]
