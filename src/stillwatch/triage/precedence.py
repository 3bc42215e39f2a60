"""Which cause outranks which, and which causes belong to one family of fault."""

from __future__ import annotations

from typing import Final

UNIT_FAILURE: Final = "unit-failure"
INJECTION: Final = "prompt-injection"

_CAUSES_OF_A_FAILING_UNIT: Final = (
    "missing-executable",
    "port-in-use",
    "bad-config",
    "permission",
    "stale-lock",
    "missing-path",
    "certificate-expired",
    "oom",
    "watchdog",
    "dependency-failed",
    "timeout",
    "crash",
    "exit-code",
    "restart-loop",
    "log-flood",
    "network",
    "version-mismatch",
    "access-control",
    "resource-limit",
    "process-leak",
    "cpu-hog",
    "masked",
    "wrong-address",
    "mount-missing",
    "certificate-not-issued",
    "certificate-wrong",
    "missing-setting",
    "licence-expired",
    "wrong-credentials",
    "backup-failed",
    "update-failed",
    "data-damaged",
)

_FAMILIES: Final[dict[str, str]] = {
    **dict.fromkeys(_CAUSES_OF_A_FAILING_UNIT, UNIT_FAILURE),
    "deleted-file-held": "disk-full",
    "memory-pressure": "memory",
    **dict.fromkeys(("login-failed", "probing", "intrusion"), "brute-force"),
    "": UNIT_FAILURE,
    "other": UNIT_FAILURE,
}

_RANKED: Final = (
    # The reason itself …
    "hardware",
    "device-missing",
    "power",
    "overheating",
    "redundancy-lost",
    "filesystem-error",
    "data-damaged",
    "kernel-bug",
    "quorum-lost",
    "disk-full",
    "inodes-full",
    "deleted-file-held",
    "missing-executable",
    "masked",
    "version-mismatch",
    "port-in-use",
    "wrong-address",
    "bad-config",
    "stale-lock",
    "access-control",
    "permission",
    "mount-missing",
    "missing-path",
    "certificate-expired",
    "certificate-not-issued",
    "certificate-wrong",
    "missing-setting",
    "licence-expired",
    "wrong-credentials",
    "clock-wrong",
    "name-resolution",
    "oom",
    "resource-limit",
    "process-leak",
    "ordering-cycle",
    "watchdog",
    "timer-disabled",
    "mail-rejected",
    "intrusion",
    "brute-force",
    "probing",
    "login-failed",
    # … what points towards it …
    "backup-failed",
    "update-failed",
    "log-flood",
    "cpu-hog",
    "memory-pressure",
    "io-pressure",
    "cpu-pressure",
    "dependency-failed",
    "network",
    "timeout",
    # … and what merely follows from it.
    "crash",
    "exit-code",
    "restart-loop",
    "other",
)
_RANK: Final[dict[str, int]] = {cause: len(_RANKED) - place for place, cause in enumerate(_RANKED)}

HOST_WIDE: Final[frozenset[str]] = frozenset({"disk-full", "inodes-full", "memory", "name-resolution"})
"""Families whose fault lies in the host and strikes whatever unit happens to need it."""

SYMPTOMS: Final[frozenset[str]] = frozenset({"crash", "exit-code", "restart-loop", "timeout", "other", ""})
"""Causes that say that something failed, and not why."""

DEPENDENT: Final[frozenset[str]] = frozenset({"dependency-failed", "network"})
"""Causes that point at somebody else."""


def family(cause: str) -> str:
    """A unit fails once, whatever it is that we learn of it later; so all its causes share one family."""
    return _FAMILIES.get(cause, cause)


def rank(cause: str) -> int:
    """Higher is the more specific; 0 for a cause that nobody named."""
    return _RANK.get(cause, 0)
