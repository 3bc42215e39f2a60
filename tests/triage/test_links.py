from __future__ import annotations

from collections.abc import Sequence

from stillwatch.records.trigger import UNKNOWN, Severity, Trigger
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


def test_unknown_trouble_with_the_port_of_a_unit_in_trouble_suffers_from_it() -> None:
    db, web = running("db.service", exec_start=("/x", "--port", "8081")), running("web.service", exec_start=("/y",))
    known, text = Units.of(units(db, web)), "ERROR request to http://127.0.0.1:8081/ failed"
    suffers = (sight(complaint("web.service", text), known).node, sight(own("db.service", "crash"), known).node)
    assert linked([complaint("web.service", text), own("db.service", "crash")], known) == {suffers}
    assert linked([complaint("web.service", "ERROR of request 8081"), own("db.service", "crash")], known) == set()
    long_ago = own("db.service", "crash", first=AT - 9000, last=AT - 9000)
    assert linked([complaint("web.service", text), long_ago], known) == set()


def test_unknown_trouble_blames_nobody_who_is_well_or_asks_at_that_port_too() -> None:
    text = "ERROR request to http://127.0.0.1:8081/ failed"
    client = running("job.service", exec_start=("/z", "--api=http://127.0.0.1:8081"))
    served = running("db.service", exec_start=("/x", "--port", "8081"))
    known = Units.of(units(served, client, running("web.service")))
    assert linked([complaint("web.service", text), own("job.service", "crash")], known) == set()
    mild = own("db.service", "crash", severity=Severity.low)
    assert linked([complaint("web.service", text), mild], known) == set()
