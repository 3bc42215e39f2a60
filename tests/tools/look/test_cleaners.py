from __future__ import annotations

import pytest

from stillwatch.records.unit import UnitState
from stillwatch.tools.look import cleaners

from .played_host import look, reader, rows


def unit(name: str, *argv: str, **more: str) -> UnitState:
    given = {"kind": "oneshot", "load_state": "loaded", **more}
    return UnitState(name=name, exec_start=argv, **given)  # type: ignore[arg-type]


async def test_the_unit_that_names_the_directory_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    known = (
        unit("spool-clean.service", "/usr/bin/find", "/srv/shop/spool", "-delete"),
        unit("tidy.service", "/usr/bin/tidy", "/srv/shop"),
        unit("shop.service", "/opt/shop", "/srv/shop/spool", kind="simple"),
        unit("backup.service", "/bin/tar", "/srv/shop/spool"),
    )
    monkeypatch.setattr(cleaners, "own_services", lambda: [one.name for one in known] + ["gone.service"])
    seen = await look("cleaners", reader(*known), path="/srv/shop/spool")
    assert [row["unit"] for row in rows(seen, "cleaners")] == ["spool-clean.service", "tidy.service"]


async def test_where_nothing_cleans_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaners, "own_services", lambda: [])
    assert "no unit" in (await look("cleaners", path="/srv")).text
    assert (await look("cleaners", path="srv")).problem
