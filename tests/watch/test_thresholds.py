from __future__ import annotations

import pytest

from stillwatch.records.event import Event, Untrusted
from stillwatch.watch.thresholds import Thresholds


def reading(value: float | None, metric: str = "disk-used", subject: str = "/", **fields: str) -> Event:
    return Event(
        host="h",
        at=1.0,
        source="metric",
        subject=subject,
        text=Untrusted(""),
        value=value,
        fields={"metric": metric, **fields},
    )


@pytest.mark.parametrize(
    ("metric", "value", "severity"),
    [
        ("disk-used", 0.89, None),
        ("disk-used", 0.90, "medium"),
        ("disk-used", 0.95, "high"),
        ("inodes-used", 0.985, "critical"),
        ("memory-available", 0.20, None),
        ("memory-available", 0.04, "medium"),
        ("memory-available", 0.01, "high"),
        ("pressure-memory", 0.30, "medium"),
        ("pressure-cpu", 0.99, "info"),
        ("load", 0.99, None),
        ("disk-used", 7.0, None),
        ("disk-used", None, None),
    ],
)
def test_thresholds(metric: str, value: float | None, severity: str | None) -> None:
    trigger = Thresholds("h").judge(reading(value, metric))
    assert (str(trigger.severity) if trigger else None) == severity


def test_a_reading_on_the_edge_does_not_flutter() -> None:
    levels = Thresholds("h")
    seen = [levels.judge(reading(value)) for value in (0.89, 0.91, 0.89, 0.87, 0.89)]
    assert [trigger is not None for trigger in seen] == [False, True, True, False, False]


@pytest.mark.parametrize(
    ("subject", "fields", "fires"),
    [
        ("/snap/core/1", {"fstype": "squashfs"}, False),
        ("/sys/firmware/efi/efivars", {"fstype": "efivarfs"}, False),
        ("/mnt/cd", {"fstype": "ext4", "options": "ro,relatime"}, False),
        ("/dev/shm", {"fstype": "tmpfs"}, False),
        ("/srv/data", {"fstype": "tmpfs"}, True),
        ("/", {"fstype": "overlay", "options": "rw"}, True),
    ],
)
def test_what_is_full_by_nature_is_left_alone(subject: str, fields: dict[str, str], fires: bool) -> None:
    assert (Thresholds("h").judge(reading(0.99, subject=subject, **fields)) is not None) is fires


def test_the_summary_names_subject_and_percent() -> None:
    trigger = Thresholds("h").judge(reading(0.957, subject="/srv/data"))
    assert trigger is not None
    assert trigger.summary == "/srv/data is 96 % full"
    assert trigger.fields["value"] == "0.9570"
