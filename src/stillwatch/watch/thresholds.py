"""Metrics against their thresholds, with hysteresis so that a reading on the edge does not flutter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from stillwatch.records.event import Event
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.watch.of_event import of_event

SLACK = 0.02
SUBJECTS = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class Threshold:
    """steps: severities from the mildest, each from this ratio on; low: small readings are the bad ones."""

    steps: tuple[tuple[Severity, float], ...]
    cause: str
    summary: str
    low: bool = False


_FULL = ((Severity.medium, 0.90), (Severity.high, 0.95), (Severity.critical, 0.98))
THRESHOLDS: Final[dict[str, Threshold]] = {
    "disk-used": Threshold(steps=_FULL, cause="disk-full", summary="{subject} is {percent} full"),
    "inodes-used": Threshold(
        steps=_FULL, cause="inodes-full", summary="{percent} of the inodes of {subject} are in use"
    ),
    "memory-available": Threshold(
        steps=((Severity.medium, 0.05), (Severity.high, 0.02)),
        cause="memory-pressure",
        summary="only {percent} of the memory is available",
        low=True,
    ),
    "pressure-memory": Threshold(
        steps=((Severity.medium, 0.20), (Severity.high, 0.50)),
        cause="memory-pressure",
        summary="tasks waited {percent} of the last minute for memory",
    ),
    "pressure-io": Threshold(
        steps=((Severity.medium, 0.90),),
        cause="io-pressure",
        summary="tasks waited {percent} of the last minute for disks",
    ),
    "files-open": Threshold(
        steps=((Severity.medium, 0.90), (Severity.high, 0.98)),
        cause="resource-limit",
        summary="{percent} of the file handles of the host are in use",
    ),
    "temperature": Threshold(
        steps=((Severity.low, 0.97), (Severity.high, 1.0)),
        cause="overheating",
        summary="{subject} is at {percent} of the temperature that is critical for it",
    ),
    # A busy processor is what a machine is bought for: told, but no trouble.
    "pressure-cpu": Threshold(
        steps=((Severity.info, 0.95),),
        cause="cpu-pressure",
        summary="tasks waited {percent} of the last minute for a core",
    ),
}
NEVER_FILLED: Final = frozenset(
    "squashfs iso9660 udf efivarfs devtmpfs ramfs erofs cramfs romfs proc sysfs cgroup cgroup2 autofs devpts".split()  # noqa: SIM905 - a list of words reads best so
)
"""File systems that are full by nature, or that hold no files."""
SYSTEM_TMPFS: Final = ("/dev", "/sys", "/proc", "/run/lock", "/run/credentials")


class Thresholds:
    """Keeps the level of each metric and subject, at most SUBJECTS of them."""

    def __init__(self, host: str) -> None:
        self.host = host
        self._held: dict[tuple[str, str], Severity] = {}

    def judge(self, event: Event) -> Trigger | None:
        """A trigger for every reading beyond its threshold; a level is left only SLACK beyond it."""
        metric = event.fields.get("metric", "")
        threshold = THRESHOLDS.get(metric)
        if threshold is None or event.value is None or not 0.0 <= event.value <= 1.0 or _is_full_by_nature(event):
            return None
        key = (metric, event.subject)
        level = _level(threshold, event.value, self._held.get(key))
        if level is None:
            self._held.pop(key, None)
            return None
        if len(self._held) < SUBJECTS or key in self._held:
            self._held[key] = level
        return self._trigger(event, metric, threshold, level)

    def _trigger(self, event: Event, metric: str, threshold: Threshold, level: Severity) -> Trigger:
        percent = f"{100 * (event.value or 0.0):.0f} %"
        summary = threshold.summary.format(subject=event.subject, percent=percent)
        fields = {"metric": metric, "value": f"{event.value:.4f}"}
        cause = threshold.cause
        return of_event(event, self.host, rule=metric, severity=level, summary=summary, cause=cause, fields=fields)


def _level(threshold: Threshold, value: float, held: Severity | None) -> Severity | None:
    level = None
    for severity, edge in threshold.steps:
        slack = SLACK if held is not None and severity <= held else 0.0
        if value <= edge + slack if threshold.low else value >= edge - slack:
            level = severity
    return level


def _is_full_by_nature(event: Event) -> bool:
    """Read-only images and the kernel's own; a tmpfs counts only where people put files."""
    kind = event.fields.get("fstype", "")
    if kind == "tmpfs":
        return event.subject.startswith(SYSTEM_TMPFS)
    return kind in NEVER_FILLED or "ro" in event.fields.get("options", "").split(",")
