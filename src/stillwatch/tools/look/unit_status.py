"""State of one systemd unit: last result, command line, whether its program exists, last lines."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from stillwatch.host.ownfiles import settings_of
from stillwatch.host.scripts import calls_missing
from stillwatch.host.unitoutput import outputs_in
from stillwatch.host.unitports import ports_in
from stillwatch.host.unitproperties import status_line
from stillwatch.host.unitsettings import settings_in
from stillwatch.records.unit import UnitState
from stillwatch.tools.journal_lines import last_lines
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """State of one systemd unit: last result, command line, whether its program exists, last lines."""

    diagnosis = True

    unit: Annotated[str, Meta(min_length=1, max_length=255, description="a unit, for example nginx.service")]

    async def look(self, reader: HostReader) -> Look:
        state = await reader.systemd.unit(self.unit)
        program = state.exec_start[0] if state.exec_start else ""
        exists = await in_thread(Path(program).exists) if program else None
        lines = await in_thread(lambda: last_lines(reader, state.name, "", 3600.0, 8))
        command = (
            f"starts: {' '.join(state.exec_start)} (program {'exists' if exists else 'IS MISSING'})" if program else ""
        )
        limit = f"memory limit: {state.memory_max / 1048576:.0f} MiB" if state.memory_max else ""
        text = "\n".join(filter(None, [status_line(state), f"file: {state.fragment_path}", command, limit, *lines]))
        data = asdict(state) | {
            "environment": sorted(state.environment or {}),
            "executable_exists": exists,
            "lines": lines,
            "settings": await in_thread(lambda: settings_in(filter(None, (state.fragment_path, *state.additions)))),
            "outputs": await in_thread(lambda: outputs_in(filter(None, (state.fragment_path, *state.additions)))),
            "calls_missing": await in_thread(lambda: calls_missing(state.exec_start, reader.root)),
            "config_ports": sorted(await in_thread(lambda: ports_in(_files_of(state)))),
            "settings_ports": sorted(await in_thread(lambda: _ports_of_settings(state, reader))),
        }
        return Look(text, data)


def _ports_of_settings(state: UnitState, reader: HostReader) -> set[int]:
    """Of all its settings, also those that it does not name itself: ports that it serves or asks."""
    return ports_in(str(reader.root / path.lstrip("/")) for path in settings_of(state, reader.root))


def _files_of(state: UnitState) -> list[str]:
    """Files that its command line and variables name, as words of their own or after "=", and its environment files."""
    words = [word.rpartition("=")[2] for word in (*state.exec_start[1:], *(state.environment or {}).values())]
    return [word for word in (*words, *state.environment_files) if word.startswith("/")]
