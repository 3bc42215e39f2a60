"""What is known with no model at all: one small investigator for each cause."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from stillwatch.think.diagnosis.causes.account import missing_user, settings
from stillwatch.think.diagnosis.causes.case import Case, Finding
from stillwatch.think.diagnosis.causes.certificate import certificate
from stillwatch.think.diagnosis.causes.connection import dependency
from stillwatch.think.diagnosis.causes.ended import command_not_found, told_by_signal
from stillwatch.think.diagnosis.causes.executable import missing_executable, missing_path, missing_setting
from stillwatch.think.diagnosis.causes.failing import busy, memory_pressure, not_answering, oom, watchdog
from stillwatch.think.diagnosis.causes.lock import stale_lock
from stillwatch.think.diagnosis.causes.masked import masked
from stillwatch.think.diagnosis.causes.mounts import mount_missing, read_only
from stillwatch.think.diagnosis.causes.outside import (
    GUESSING,
    brute_force,
    log_flood,
    name_resolution,
    timer_disabled,
)
from stillwatch.think.diagnosis.causes.permission import permission
from stillwatch.think.diagnosis.causes.port import port_in_use
from stillwatch.think.diagnosis.causes.set_by import limit_reached
from stillwatch.think.diagnosis.causes.space import disk_filling, disk_full, inodes_full

Investigator = Callable[[Case], Awaitable[Finding | None]]


INVESTIGATORS: Final[Mapping[str, Investigator]] = {
    "missing-executable": missing_executable,
    "port-in-use": port_in_use,
    "bad-config": settings,
    "disk-full": disk_full,
    "deleted-file-held": disk_full,
    "disk-filling": disk_filling,
    "inodes-full": inodes_full,
    "oom": oom,
    "memory-pressure": memory_pressure,
    "permission": permission,
    "stale-lock": stale_lock,
    "missing-path": missing_path,
    "mount-missing": mount_missing,
    "filesystem-error": read_only,
    "masked": masked,
    "certificate-expired": certificate,
    "certificate-wrong": certificate,
    "clock-wrong": certificate,
    "timer-disabled": timer_disabled,
    "name-resolution": name_resolution,
    "watchdog": watchdog,
    "dependency-failed": dependency,
    "network": dependency,
    "log-flood": log_flood,
    "resource-limit": limit_reached,
    "cpu-hog": busy,
    "process-leak": busy,
    "not-answering": not_answering,
    **dict.fromkeys(GUESSING, brute_force),
}

PROBES: Final[tuple[Investigator, ...]] = (
    told_by_signal,
    command_not_found,
    missing_executable,
    missing_setting,
    missing_user,
    port_in_use,
    stale_lock,
)
"""Tried on a failed unit whose triggers name no reason: they need no words, only what the system shows."""
