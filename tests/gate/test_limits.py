from __future__ import annotations

import pytest

from stillwatch.gate.limits import Limits, age
from tests.gate.stage import ADMIN, clock_of, make_gate, say


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
    assert "again in 1 s" in gate.limits.hindrance(["web.service"])
    clock_of(gate).pass_by(1)
    assert gate.limits.hindrance(["web.service"]) == ""
    change(gate)
    clock_of(gate).pass_by(19)
    assert "again in 1 s" in gate.limits.hindrance(["web.service"])
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
    assert "10 automatic changes within a day" in gate.limits.hindrance(["web.service"])
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
    with pytest.raises(Exception, match="not in quarantine"):
        await say(gate, ADMIN, "release", target="web.service")


def test_r33_after_a_reboot_earlier_changes_count_as_if_they_were_of_this_boot(gate):
    for _ in range(2):
        change(gate)
    later = Limits(gate.database, clock_of(gate), "boot-two")
    clock_of(gate).up = 5.0
    assert "again in 15 s" in later.hindrance(["web.service"])
    clock_of(gate).up = 4_000.0
    assert later.hindrance(["web.service"]) == ""


def test_r33_the_wall_clock_changes_nothing(gate):
    change(gate)
    clock_of(gate).wall += 10_000_000
    assert "again in 10 s" in gate.limits.hindrance(["web.service"])


def test_r33_a_moment_of_another_boot_is_never_taken_for_old():
    assert age(100.0, "this", "this", 160.0) == 60.0
    assert age(100_000.0, "earlier", "this", 160.0) == 160.0
