from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.errors import NotReachable
from stillwatch.host.starttimes import slowest, start_times


async def test_without_a_bus_nothing_is_known(tmp_path: Path) -> None:
    with pytest.raises(NotReachable):
        await start_times(f"unix:path={tmp_path}/none")


@pytest.mark.container
async def test_a_machine_that_has_started(machine) -> None:  # type: ignore[no-untyped-def]
    times = await start_times(machine.bus_address)
    units = dict(await slowest(machine.bus_address))
    assert times.userspace > 0 and 0 < len(units) <= 10 and all(took > 0 for took in units.values())
