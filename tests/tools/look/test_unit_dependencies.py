from __future__ import annotations

from stillwatch.records.unit import UnitState

from .played_host import look, reader


async def test_what_it_needs_and_what_of_that_is_down() -> None:
    web = UnitState(name="web.service", requires=("db.service", "net.target"), wants=("log.service",))
    here = reader(
        web, UnitState(name="db.service", active_state="failed"), UnitState(name="net.target", active_state="active")
    )
    seen = await look("unit_dependencies", here, unit="web")
    assert seen.data["not_active"] == ["db.service", "log.service"]
    assert "requires: db.service, net.target" in seen.text
    assert "not active: db.service, log.service" in seen.text
