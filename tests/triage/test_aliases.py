"""One thing under several names is one incident; two faults of one name stay two."""

from __future__ import annotations

import pytest

from stillwatch.triage.aliases import thing
from stillwatch.triage.group import group
from stillwatch.triage.of_the_host import SAME_TIME
from tests.triage.build import AT, pid1, trigger


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("srv-hues.mount", "/srv/hues"),
        ("srv-old\\x2dhues.mount", "/srv/old-hues"),
        ("-.mount", "/"),
        ("2-1-port4", "usb 2-1.4"),
        ("usb3-port2", "3-2"),
        ("mixer/qmgr", "mixer"),
        ("mixerd", "mixer"),
        ("mixer-server", "mixer8.2"),
    ],
)
def test_names_of_one_thing(one: str, two: str) -> None:
    assert thing(one) == thing(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [("2-1-port4", "2-1.3"), ("srv-a.mount", "/srv"), ("mixer", "mixerd.service"), ("sdad", "sda"), ("link0", "link1")],
)
def test_names_of_two_things(one: str, two: str) -> None:
    assert thing(one) != thing(two)


def test_a_mount_by_its_path_and_by_its_unit_is_one_incident() -> None:
    told = [trigger("/srv/hues", "mount-missing"), pid1("srv-hues.mount", "exit-code")]
    assert len(group(told, {}, AT)) == 1


def test_a_failure_and_its_reason_of_another_family_are_one_incident() -> None:
    told = [pid1("mixer.service"), pid1("mixer.service", "device-missing", rule="no-card")]
    (incident,) = group(told, {}, AT)
    assert incident.triggers[0].cause == "device-missing"


@pytest.mark.parametrize(
    "other",
    [
        pid1("mixer.service", "device-missing", first=AT - 2 * SAME_TIME - 90, last=AT - 2 * SAME_TIME - 80),
        pid1("mixer.service", "brute-force"),
        pid1("mixer.service", "mail-rejected"),
    ],
)
def test_what_is_long_ago_or_done_by_others_is_no_reason(other: object) -> None:
    assert len(group([pid1("mixer.service"), other], {}, AT)) == 2  # type: ignore[list-item]


def test_a_link_that_is_down_because_its_card_hung_is_one_incident() -> None:
    told = [trigger("enp9s0", "network"), trigger("enp9s0", "hardware", rule="card-hung")]
    (incident,) = group(told, {}, AT)
    assert incident.triggers[0].cause == "hardware"


def test_a_device_by_its_number_is_the_one_that_is_known_by_name() -> None:
    numbered = trigger("253:9", "disk-full", rule="pool-full")
    names = [trigger(name, "disk-full", rule="pool-told") for name in ("vg1-pool", "vg2-pool")]
    assert len(group([numbered, names[0]], {}, AT)) == 1
    assert len(group([numbered, *names], {}, AT)) == 3
