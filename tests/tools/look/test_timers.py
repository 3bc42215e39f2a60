from __future__ import annotations

from stillwatch.host.systemd import Timer
from stillwatch.records.unit import UnitState

from .played_host import NOW, look, reader, rows


def timer(name: str, enabled: str, active: str, at: float = 0.0, monotonic: float = 0.0) -> Timer:
    return Timer(UnitState(name=name, enabled=enabled, active_state=active), at, monotonic, 0.0)


async def test_when_each_runs_next() -> None:
    known = [
        timer("a.timer", "enabled", "active", at=NOW + 7200),
        timer("b.timer", "static", "active", monotonic=1000.0 + 3600),
        timer("c.timer", "disabled", "inactive"),
    ]
    seen = await look("timers", reader(timers=known))
    first, second, third = (line.split() for line in seen.text.splitlines())
    assert (first[:3], first[-2:]) == (["a.timer", "enabled", "active"], ["2.0", "h"])
    assert (second[:3], second[-2:]) == (["b.timer", "static", "active"], ["1.0", "h"])
    assert third[:3] == ["c.timer", "disabled", "inactive"] and "next" not in third
    assert [row["name"] for row in rows(seen, "timers")] == ["a.timer", "b.timer", "c.timer"]
