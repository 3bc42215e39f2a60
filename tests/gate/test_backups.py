from __future__ import annotations

import pytest

from stillwatch.gate.backups import stale_backups
from stillwatch.gate.declared import Backup, RestorableFile
from tests.gate.change.played import DECLARED, HostAccess, unit
from tests.support.facts import facts

HOUR = 3600.0
NOW = 1_800_000_000.0
WEB = Backup(unit="backup.service", protects=("shop.service", "/srv/shop"), max_age_hours=26)


def access(age_hours: float | None = 1, backup: Backup = WEB, **state: object) -> HostAccess:
    """age_hours: None for a unit that never ended."""
    ended = 0.0 if age_hours is None else NOW - age_hours * HOUR
    ran = unit("backup.service", "inactive", **{"result": "success", "exited_at": ended, **state})
    file = RestorableFile(name="app", path="/srv/shop2/app.conf", test=("/usr/bin/true",), unit="shop.service")
    declared = DECLARED.__class__(
        files=(*DECLARED.files, file),
        ownership=DECLARED.ownership,
        rotated_logs=DECLARED.rotated_logs,
        backups=(backup,),
    )
    return HostAccess(units={"backup.service": ran}, declared=declared)


@pytest.mark.parametrize("age", [0, 1, 26])
async def test_r06_a_fresh_backup_says_nothing(age: float) -> None:
    assert await stale_backups(access(age), ("shop.service",)) == ()


async def test_r06_an_old_backup_is_named_with_its_age() -> None:
    (said,) = await stale_backups(access(31), ("shop.service",))
    assert facts(said) == ["backup.service", "31", "26"]
    assert await stale_backups(access(26.01), ("shop.service",))


async def test_an_end_in_the_future_is_no_proof() -> None:
    assert await stale_backups(access(-2), ("shop.service",))


@pytest.mark.parametrize("state", [{"result": "exit-code", "exit_status": 1}, {"exit_status": 3}, {"exited_at": 0.0}])
async def test_r07_a_run_that_did_not_end_well_is_no_backup(state: dict[str, object]) -> None:
    (said,) = await stale_backups(access(1, **state), ("shop.service",))
    assert facts(said) == ["1", "backup.service"], "PID 1, and no age"


async def test_r07_a_backup_unit_that_is_not_here_is_no_backup() -> None:
    here = access()
    here.units.clear()
    assert await stale_backups(here, ("shop.service",))


@pytest.mark.parametrize(("place", "concerned"), [("/srv/shop/data", True), ("/srv/shop2", False), ("/srv", True)])
async def test_a_path_is_covered_by_what_lies_in_or_above_the_protected_one(place: str, concerned: bool) -> None:
    assert bool(await stale_backups(access(None), (place,))) is concerned


async def test_what_lies_above_a_protected_path_counts_and_a_neighbour_does_not() -> None:
    deep = replace_protects("/srv/shop/data/inner")
    assert await stale_backups(access(None, deep), ("/srv/shop/data",))
    assert not await stale_backups(access(None, replace_protects("/srv/shop/dat")), ("/srv/shop/data",))
    assert not await stale_backups(access(None), ("other.service", "shop.service2"))


def replace_protects(path: str) -> Backup:
    return Backup(unit="backup.service", protects=(path,))


async def test_each_stale_backup_has_its_sentence() -> None:
    both = access(None)
    both.declared = DECLARED.__class__(backups=(WEB, Backup(unit="other.service", protects=("shop.service",))))
    assert len(await stale_backups(both, ("shop.service",))) == 2
