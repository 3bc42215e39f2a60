from stillwatch.records.report import SourceReport
from stillwatch.records.unit import UnitState
from stillwatch.think.talk.chat_facts import MOST_UNITS, facts, first_looks, units_for
from tests.think.incidents import incident

UNITS = {
    name: UnitState(name=name, active_state="active", sub_state="running") for name in ("web.service", "db.service")
}


def test_states_of_what_is_asked_about_and_what_could_not_be_read() -> None:
    blind = SourceReport(name="journal", read=False, problem="no permission")
    found = facts("is db ok?", UNITS, [blind, SourceReport(name="units", read=True)])
    assert found == ["db.service is active (running)", "journal could not be read: no permission"]


def test_units_asked_about_come_first_then_those_in_trouble() -> None:
    many = {f"u{n}.service": UnitState(name=f"u{n}.service", active_state="active") for n in range(50)}
    found = units_for("how is db?", [incident()], {**many, **UNITS})
    assert found[:2] == ["db.service", "web.service"] and len(found) == MOST_UNITS


def test_a_slow_unit_is_looked_at_beside_what_makes_a_host_slow() -> None:
    found = first_looks("load", "why is db slow?", UNITS)
    assert found == [("memory", {}), ("process_list", {}), ("unit_status", {"unit": "db.service"})]
    assert first_looks("fault", "why is db down?", UNITS) == []
