from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.gate import limits as limits_module
from stillwatch.gate.limits import Limits
from tests.gate.stage import ADMIN, clock_of, make_gate, say
from tests.support.facts import facts


@pytest.fixture
def gate(tmp_path):
    return make_gate(tmp_path)


def change(gate, target="web.service"):
    with gate.database.writing() as writer:
        gate.limits.count(writer, "restart_unit", [target], (gate.database.one("SELECT max(rowid) FROM runs") or 0) + 1)


def test_r11_the_pause_doubles_from_ten_seconds(gate):
    assert gate.limits.hindrance(["web.service"]) == ""
    change(gate)
    clock_of(gate).pass_by(9)
    assert facts(gate.limits.hindrance(["web.service"])) == ["web.service", "1"]
    clock_of(gate).pass_by(1)
    assert gate.limits.hindrance(["web.service"]) == ""
    change(gate)
    clock_of(gate).pass_by(19)
    assert facts(gate.limits.hindrance(["web.service"])) == ["web.service", "1"]
    assert gate.limits.hindrance(["web2.service"]) == ""


def test_r11_an_hour_later_a_target_is_fresh_again(gate):
    for _ in range(2):
        change(gate)
        clock_of(gate).pass_by(1800)
    change(gate)
    clock_of(gate).pass_by(3599)
    assert gate.limits.hindrance(["web.service"]) == ""


def test_r11_ten_a_day_on_a_host(gate):
    for number in range(10):
        change(gate, f"u{number}.service")
        clock_of(gate).pass_by(600)
    assert facts(gate.limits.hindrance(["web.service"])) == ["10"]
    clock_of(gate).pass_by(86_400 - 6_000 + 1)
    assert gate.limits.hindrance(["web.service"]) == ""
    change(gate)
    assert gate.database.one("SELECT count(*) FROM runs") == 10


async def test_r11_a_person_clears_the_quarantine_and_the_day_still_counts(gate):
    for _ in range(3):
        change(gate)
    assert "in quarantine" in gate.limits.hindrance(["web.service"])
    assert gate.limits.quarantined() == ["web.service"]
    assert (await say(gate, ADMIN, "release", target="web.service"))["quarantine"] == []
    assert gate.limits.hindrance(["web.service"]) == ""
    assert gate.database.one("SELECT count(*) FROM runs") == 3
    with pytest.raises(Exception, match=r"web.service .*quarantine"):
        await say(gate, ADMIN, "release", target="web.service")


def test_r33_after_a_reboot_earlier_changes_count_as_if_they_were_of_this_boot(gate):
    for _ in range(2):
        change(gate)
    later = Limits(gate.database, clock_of(gate), "boot-two")
    clock_of(gate).up = 5.0
    assert facts(later.hindrance(["web.service"])) == ["web.service", "15"]
    clock_of(gate).up = 4_000.0
    assert later.hindrance(["web.service"]) == ""


def test_r33_the_wall_clock_changes_nothing(gate):
    change(gate)
    clock_of(gate).wall += 10_000_000
    assert facts(gate.limits.hindrance(["web.service"])) == ["web.service", "10"]


def booted(gate, number, up, target="web.service"):
    """A boot with one automatic change, `up` seconds after it began."""
    limits = Limits(gate.database, clock_of(gate), f"boot-{number}")
    clock_of(gate).up = up
    with gate.database.writing() as writer:
        limits.count(writer, "restart_unit", [target], 1_000 + number)
    return limits


def test_r33_one_change_in_each_of_ten_earlier_boots_is_not_ten_of_today(gate):
    for number in range(10):
        booted(gate, number, 5_000.0, f"u{number}.service")
    now = Limits(gate.database, clock_of(gate), "now")
    clock_of(gate).up = 20.0
    assert now.hindrance(["web.service"]) == now.hindrance(["u0.service"]) == ""


def test_r33_a_host_that_reboots_again_and_again_is_held_back_and_not_for_good(gate):
    for number in range(4):
        booted(gate, number, 30.0)
    now = Limits(gate.database, clock_of(gate), "now")
    clock_of(gate).up = 100.0
    assert "boots" in now.hindrance(["web.service"])
    assert now.quarantined() == []
    clock_of(gate).up = 3_600.0
    assert now.hindrance(["web.service"]) == ""


def test_r33_the_ten_of_the_last_boot_count_until_this_one_is_a_day_old(gate):
    for _ in range(10):
        gate.limits.boot_id = "last"
        change(gate, "u.service")
    now = Limits(gate.database, clock_of(gate), "now")
    clock_of(gate).up = 10.0
    assert facts(now.hindrance(["web.service"])) == ["10"]
    clock_of(gate).up = 86_400.0
    assert now.hindrance(["web.service"]) == ""


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 5_000)), max_size=20), st.floats(0, 100_000))
def test_r33_the_same_changes_in_one_boot_are_never_fewer_than_in_several(tmp_path_factory, changes, up):
    """Whatever is spread over boots holds back at most what it would hold back in one, and never without end."""
    gate = make_gate(tmp_path_factory.mktemp("gate"))
    for number, (boot, moment) in enumerate(sorted(changes)):
        booted(gate, boot, moment, f"u{number % 3}.service")
    now = Limits(gate.database, clock_of(gate), "now")
    clock_of(gate).up = up
    ages = [run.age for run in now._runs()]
    assert all(up <= age < 86_400 for age in ages)
    clock_of(gate).up = 86_400.0
    assert now.hindrance(["u0.service", "u1.service", "u2.service"]) == ""
    gate.database.close()


def test_r41_the_book_of_runs_is_bounded(gate, monkeypatch):
    monkeypatch.setattr(limits_module, "MOST_CHANGES", 20)
    for number in range(60):
        booted(gate, number, 10.0)
    assert gate.database.one("SELECT count(*) FROM runs") <= 21


def test_r11_r41_changes_of_many_things_push_none_of_their_day_out_of_the_book(gate):
    """Ten changes of 500 units each are the day's ten, however many rows that is."""
    for number in range(10):
        with gate.database.writing() as writer:
            gate.limits.count(writer, "restart_unit", [f"u{number}-{each}.service" for each in range(500)], number)
        clock_of(gate).pass_by(600)
    assert facts(gate.limits.hindrance(["web.service"])) == ["10"]
