from __future__ import annotations

from pathlib import Path

from stillwatch.host.systemd import Systemd
from stillwatch.records.unit import UnitState
from stillwatch.tools.tool import HostReader
from stillwatch.tools.unit_states import state_lines, states

from .look.played_host import Still, reader


async def test_those_that_are_loaded() -> None:
    found = await states(
        reader(UnitState(name="cron.service", active_state="active")), ("cron.service", "crond.service")
    )
    assert found == {"cron.service": "active"} and state_lines(found, "none") == ["cron.service is active"]
    assert state_lines({}, "none") == ["none"]


async def test_silence_of_pid_1_is_not_taken_for_none(tmp_path: Path) -> None:
    nobody = HostReader(host="h", clock=Still(), systemd=Systemd(f"unix:path={tmp_path}/none"))
    assert await states(nobody, ("cron.service",)) is None and state_lines(None, "none") != state_lines({}, "none")
