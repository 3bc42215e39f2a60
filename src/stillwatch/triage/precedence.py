"""Which cause outranks which, and which causes belong to one family of fault: read off the catalogue of causes."""

from __future__ import annotations

from typing import Final

from stillwatch.records.cause import KINDS, UNIT_FAILURE

INJECTION: Final = "prompt-injection"

HOST_WIDE: Final[frozenset[str]] = frozenset(kind.family or id for id, kind in KINDS.items() if kind.host_wide)
"""Families whose fault lies in the host and strikes whatever unit happens to need it."""

SYMPTOMS: Final[frozenset[str]] = frozenset({*(id for id, kind in KINDS.items() if kind.symptom), ""})
"""Causes that say that something failed, and not why."""

DEPENDENT: Final[frozenset[str]] = frozenset(id for id, kind in KINDS.items() if kind.elsewhere)
"""Causes that point at somebody else."""

CONSEQUENCES: Final = SYMPTOMS | DEPENDENT | {id for id, kind in KINDS.items() if kind.undone}
"""Causes that say that something did not work out, and not why."""

__all__ = ["CONSEQUENCES", "DEPENDENT", "HOST_WIDE", "INJECTION", "SYMPTOMS", "UNIT_FAILURE", "family", "rank"]


def family(cause: str) -> str:
    """A unit fails once, whatever it is that we learn of it later; so all its causes share one family."""
    if not cause:
        return UNIT_FAILURE
    kind = KINDS.get(cause)
    return (kind.family if kind else "") or cause


def rank(cause: str) -> int:
    """Higher is the more specific; 0 for a cause that nobody named."""
    return KINDS[cause].rank if cause in KINDS else 0
