from __future__ import annotations

from collections.abc import Sequence

import pytest

from stillwatch.records.trigger import UNKNOWN, Severity, Trigger
from stillwatch.records.unit import UnitState
from stillwatch.triage.group import group
from stillwatch.triage.links import Arrow, arrows, mount_of
from stillwatch.triage.sighting import Units, sight

from .build import AT, failed, own, pid1, running, trigger, units


def linked(triggers: Sequence[Trigger], known: Units) -> set[Arrow]:
    return arrows([sight(t, known) for t in triggers], known)


def test_the_longest_mount_holds_a_path() -> None:
    assert mount_of("/srv/data/x", ["/", "/srv", "/srv/data"]) == "/srv/data"
    assert mount_of("/srv/database", ["/srv/data"]) == ""


def test_a_running_unit_is_not_to_blame_for_what_requires_it() -> None:
    known = Units.of(units(failed("a.service", requires=("b.service",)), running("b.service")))
    assert linked([pid1("a.service"), pid1("b.service")], known) == set()


def test_a_port_that_two_failing_units_may_serve_blames_neither() -> None:
    shop = [failed(f"{name}.service", exec_start=("/x", "8081")) for name in "ab"]
    known = Units.of(units(*shop, failed("c.service")))
    refused = own("c.service", "network", text="refused 127.0.0.1:8081", target="127.0.0.1:8081")
    assert linked([refused, pid1("a.service"), pid1("b.service")], known) == set()


def test_hearsay_links_nothing() -> None:
    known = Units.of(units(failed("a.service", exec_start=("/x", "8081"))))
    refused = trigger("b.service", "network", writer="session-1.scope", text="refused 127.0.0.1:8081")
    assert linked([refused, pid1("a.service")], known) == set()


def test_a_report_of_a_full_disk_long_ago_is_another_fault() -> None:
    disk = trigger("/srv", "disk-full", trusted=True, first=AT, last=AT)
    write = own("a.service", "disk-full", text="/srv/x: No space", first=AT - 9000, last=AT - 9000)
    assert linked([disk, write], Units.of({})) == set()


def complaint(unit: str, text: str, **more: object) -> Trigger:
    return own(unit, "other", rule=UNKNOWN, severity=Severity.low, text=text, **more)


def test_unknown_trouble_of_a_unit_follows_from_that_of_the_unit_it_needs() -> None:
    web, db = running("web.service", wants=("db.service",)), running("db.service")
    known, text = Units.of(units(db, web)), "ERROR something went wrong"
    told = [complaint("web.service", text), own("db.service", "disk-full")]
    assert linked(told, known) == {(sight(told[0], known).node, sight(told[1], known).node)}
    assert linked([*told, own("mail.service", "crash")], known) == linked(told, known)
    long_ago = own("db.service", "disk-full", first=AT - 9000, last=AT - 9000)
    mild = own("db.service", "disk-full", severity=Severity.low)
    assert linked([told[0], long_ago], known) == linked([told[0], mild], known) == set()


def test_what_could_not_be_written_for_no_reason_told_follows_from_a_full_disk() -> None:
    full = trigger("/srv/data", "disk-full", trusted=True)
    unwritten = own("db.service", "other", text="FATAL:  could not write init file")
    denied = own("db.service", "other", text="could not write init file: permission denied")
    assert len(group([full, unwritten], {}, AT)) == 1
    assert len(group([full, denied], {}, AT)) == 2


@pytest.mark.parametrize(
    ("user", "state", "linked"), [("mysql", "failed", True), ("mysql", "active", False), ("pg", "failed", False)]
)
def test_a_service_whose_data_lie_on_a_mount_that_is_gone(user: str, state: str, linked: bool) -> None:
    off = UnitState(name="var-lib-mysql.mount", names=("var-lib-mysql.mount",), where="/var/lib/mysql")
    server = UnitState(name="mariadb.service", names=("mariadb.service",), user=user, active_state=state)
    seen = [pid1("var-lib-mysql.mount", "mount-missing"), own("mariadb.service", "version-mismatch")]
    units = Units.of({unit.name: unit for unit in (off, server)})
    found = arrows([sight(trigger, units) for trigger in seen], units)
    arrow = ("unit-failure mariadb.service", "unit-failure var-lib-mysql.mount")
    assert (arrow in found) is linked
