from __future__ import annotations

import pytest

from stillwatch.host.cleaners import suits
from stillwatch.records.unit import UnitState

SPOOL = "/srv/shop/sessions"


def unit(name: str, *argv: str, description: str = "", kind: str = "oneshot", load: str = "loaded") -> UnitState:
    return UnitState(name=name, description=description, kind=kind, load_state=load, exec_start=argv)


@pytest.mark.parametrize(
    ("cleaner", "fit"),
    [
        (unit("shop-clean.service", "/usr/bin/find", SPOOL, "-delete"), 4),
        (unit("x.service", "/usr/bin/tmpreaper", "7d", f"{SPOOL}/old"), 3),
        (unit("x.service", "/usr/local/bin/x", "/srv/shop", description="Purge the shop"), 3),
        (unit("shop-sessions-clean.service", "/usr/local/bin/clean"), 2),
        (unit("x.service", "/usr/local/bin/x", description="Expire old sessions"), 2),
    ],
)
def test_who_cleans_it(cleaner: UnitState, fit: int) -> None:
    assert suits(cleaner, SPOOL) == fit


@pytest.mark.parametrize(
    "other",
    [
        unit("backup.service", "/bin/tar", "-C", SPOOL),
        unit("shop-clean.service", "/usr/bin/find", SPOOL, "-delete", kind="simple"),
        unit("shop-clean.service", "/usr/bin/find", SPOOL, "-delete", load="masked"),
        unit("cache-clean.service", "/usr/bin/find", "/var/cache/shop", "-delete"),
        unit("root-clean.service", "/usr/bin/find", "/", "-delete"),
    ],
)
def test_who_does_not(other: UnitState) -> None:
    assert suits(other, SPOOL) == 0
