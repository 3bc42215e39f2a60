"""A change that is proposed, what the gate decides about it, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from stillwatch.records.event import Untrusted

ACTIONS: Final[tuple[str, ...]] = (
    "start_unit",
    "stop_unit",
    "restart_unit",
    "reload_unit",
    "reset_failed",
    "enable_timer",
    "terminate_process",
    "restore_file",
    "delete_rotated_logs",
    "run_runbook",
    "run_job",
    "repair_ownership",
    "remove_stale_lock",
    "unmask_unit",
    "vacuum_journal",
    "clean_package_cache",
    "repoint_symlink",
    "mount_unit",
    "nix_rollback",
    "nix_collect_garbage",
    "suggest_patch",
    "undo",
)
"""Names alone: what an action does lives behind the gate."""

Verdict = Literal["allow", "ask", "refuse"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """No risk field: a model does not grade its own risk."""

    action: str
    target: str
    arguments: Mapping[str, str | int | bool] = field(default_factory=dict)
    because: Untrusted = Untrusted("")


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The gate's verdict: `rule` is the policy rule that decided, `reason` a sentence, `by` the gate or an approver."""

    verdict: Verdict
    rule: str
    reason: str
    by: str = "gate"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """verified: the success test's result; None where it has not been measured."""

    status: Literal["done", "failed", "undone", "unknown"]
    verified: bool | None = None
    said: Untrusted = Untrusted("")
