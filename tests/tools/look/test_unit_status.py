from __future__ import annotations

from pathlib import Path

from stillwatch.records.unit import UnitState

from .played_host import line, look, reader


async def test_state_limit_program_ports_and_last_words(tmp_path: Path) -> None:
    settings = tmp_path / "shop.yaml"
    settings.write_text("password: hunter2hunter2\nlisten:\n  port: 18080\n")
    shop = UnitState(
        name="shop.service",
        active_state="failed",
        sub_state="failed",
        result="oom-kill",
        exec_start=("/no/such/shop", f"--config={settings}"),
        environment={"TOKEN": "hunter2hunter2"},
        memory_max=200 << 20,
    )
    seen = await look("unit_status", reader(shop, lines=[line("giving up"), line("else", "db.service")]), unit="shop")
    assert seen.data["executable_exists"] is False
    assert seen.data["config_ports"] == [18080]
    assert seen.data["memory_max"] == 200 << 20
    assert [part for part in ("IS MISSING", "memory limit: 200 MiB", "giving up") if part not in seen.text] == []
    assert "else" not in seen.text
    assert "hunter2" not in repr(seen)


async def test_a_unit_that_does_not_exist_is_said_so() -> None:
    assert (await look("unit_status", reader(), unit="none")).data["load_state"] == "not-found"
