from __future__ import annotations

from stillwatch.think.diagnosis.recollected import FRESH, Recollected
from tests.think.looks import ScriptedLooks
from tests.think.models import StillClock


async def test_the_past_is_looked_at_once_for_many_and_again_later() -> None:
    asked, clock = ScriptedLooks(sudo_use="ann ran vim", unit_status="failed"), StillClock()
    looks = Recollected(asked, clock)
    assert looks.catalogue() == asked.catalogue()
    first = [await looks.look("sudo_use", {"hours": 24}) for _ in range(300)]
    assert len(asked.looked) == 1 and len({seen.text for seen in first}) == 1
    await looks.look("sudo_use", {"hours": 1})
    assert len(asked.looked) == 2, "another question is another look"
    clock.at += FRESH + 1
    await looks.look("sudo_use", {"hours": 24})
    assert len(asked.looked) == 3


async def test_what_is_now_is_looked_at_each_time() -> None:
    asked = ScriptedLooks(unit_status="failed")
    looks = Recollected(asked, StillClock())
    for number in (1, 2):
        await looks.look("unit_status", {"unit": "a.service"})
        assert len(asked.looked) == number
