from __future__ import annotations

import pytest

from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Incident
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.triage.group import group
from stillwatch.triage.things import disk_of


def trigger(rule: str, subject: str, cause: str, at: float = 0.0, **more: object) -> Trigger:
    fixed: dict[str, object] = {
        "rule": rule,
        "subject": subject,
        "cause": cause,
        "severity": Severity.high,
        "summary": f"{rule} {subject}",
        "host": "h",
        "count": 1,
        "first": at,
        "last": at,
        "sample": Untrusted(f"{rule} {subject}"),
        "trusted": True,
    }
    return Trigger(**{**fixed, **more})  # type: ignore[arg-type]


def grouped(*triggers: Trigger) -> list[Incident]:
    return group(triggers, {}, 1000.0)


@pytest.mark.parametrize(
    ("name", "disk"),
    [
        ("/dev/sda1", "sda"),
        ("nvme0n1p2", "nvme0"),
        ("nvme0", "nvme0"),
        ("mmcblk0p1", "mmcblk0"),
        ("dm-0", ""),
        ("", ""),
    ],
)
def test_a_name_tells_its_disk(name: str, disk: str) -> None:
    assert disk_of(name) == disk


def test_damage_of_a_disk_and_of_what_lies_on_it_is_one_incident_on_the_disk() -> None:
    found = grouped(trigger("disk-error", "sda", "hardware"), trigger("fs-error", "sda1", "filesystem-error", 5.0))
    assert [incident.subject for incident in found] == ["sda"]
    assert {seen.subject for seen in found[0].triggers} == {"sda", "sda1"}
    assert "sda1" in found[0].summary


@pytest.mark.parametrize(("other", "count"), [("nas", 1), ("usb", 2)])
def test_two_programs_that_miss_one_thing_are_one_incident_and_two_things_are_two(other: str, count: int) -> None:
    status = trigger("storage-down", "statusd", "mount-missing", object="nas")
    backup = trigger("storage-down", "backupd", "mount-missing", 120.0, object=other)
    found = grouped(status, backup)
    assert len(found) == count and found[0].subject == "statusd"


def test_a_second_damaged_disk_is_a_second_incident() -> None:
    found = grouped(*(trigger("fs-error", name, "filesystem-error") for name in ("sda1", "sdb1", "nvme0n1", "nvme1n1")))
    assert {incident.subject for incident in found} == {"sda1", "sdb1", "nvme0n1", "nvme1n1"}
    assert len({incident.key for incident in found}) == 4


def test_a_consequence_joins_the_incident_of_what_it_follows() -> None:
    md = trigger("md-failed", "md1", "redundancy-lost", 3.0, object="sda3", follows=("disk-*",))
    found = grouped(trigger("disk-error", "sda", "hardware"), trigger("disk-error", "sdb", "hardware", 2.0), md)
    assert {incident.subject: len(incident.triggers) for incident in found} == {"sda": 2, "sdb": 1}


def test_where_no_name_tells_the_nearest_before_is_the_cause() -> None:
    hung = trigger("hung-task", "backup", "io-pressure", 100.0, follows=("disk-*",))
    found = grouped(trigger("disk-error", "sda", "hardware"), trigger("disk-error", "sdb", "hardware", 90.0), hung)
    assert {incident.subject: len(incident.triggers) for incident in found} == {"sda": 1, "sdb": 2}


def test_what_lies_outside_the_window_or_on_another_host_is_no_consequence() -> None:
    hung = trigger("hung-task", "backup", "io-pressure", 100.0, follows=("disk-*",), window=60.0)
    assert len(grouped(trigger("disk-error", "sda", "hardware"), hung)) == 2
    near = trigger("hung-task", "backup", "io-pressure", 10.0, follows=("disk-*",), host="other")
    assert len(grouped(trigger("disk-error", "sda", "hardware"), near)) == 2


def test_of_several_that_one_rule_tells_the_first_is_the_root_and_what_might_follow_from_it_is_not() -> None:
    first = trigger("iscsi-lost", "iscsi 6:0", "network", 1.0, follows=("iscsi-*",))
    again = trigger("iscsi-lost", "iscsi session6", "network", 1.0, follows=("iscsi-*",))
    offline = trigger("scsi-offline", "scsi 11:0:0:1", "device-missing", 5.0, follows=("iscsi-*", "disk-*"))
    broken = trigger("disk-error", "sdd", "hardware", 5.0, follows=("scsi-offline",))
    assert [incident.subject for incident in grouped(first, again, offline, broken)] == ["iscsi 6:0"]
