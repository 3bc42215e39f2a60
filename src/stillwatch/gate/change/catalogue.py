"""Every action there is, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from stillwatch.gate.change.action import Action
from stillwatch.gate.change.clean_package_cache import CleanPackageCache
from stillwatch.gate.change.delete_rotated_logs import DeleteRotatedLogs
from stillwatch.gate.change.enable_timer import EnableTimer
from stillwatch.gate.change.mount_unit import MountUnit
from stillwatch.gate.change.nix_collect_garbage import NixCollectGarbage
from stillwatch.gate.change.nix_rollback import NixRollback
from stillwatch.gate.change.reload_unit import ReloadUnit
from stillwatch.gate.change.remove_stale_lock import RemoveStaleLock
from stillwatch.gate.change.repair_ownership import RepairOwnership
from stillwatch.gate.change.repoint_symlink import RepointSymlink
from stillwatch.gate.change.reset_failed import ResetFailed
from stillwatch.gate.change.restart_unit import RestartUnit
from stillwatch.gate.change.restore_file import RestoreFile
from stillwatch.gate.change.run_job import RunJob
from stillwatch.gate.change.run_runbook import RunRunbook
from stillwatch.gate.change.start_unit import StartUnit
from stillwatch.gate.change.stop_unit import StopUnit
from stillwatch.gate.change.suggest_patch import SuggestPatch
from stillwatch.gate.change.terminate_process import TerminateProcess
from stillwatch.gate.change.undo import Undo
from stillwatch.gate.change.unmask_unit import UnmaskUnit
from stillwatch.gate.change.vacuum_journal import VacuumJournal

ACTIONS: Final[tuple[type[Action], ...]] = (
    StartUnit, StopUnit, RestartUnit, ReloadUnit, ResetFailed, EnableTimer, TerminateProcess, RestoreFile,
    DeleteRotatedLogs, RunRunbook, RunJob, RepairOwnership, RemoveStaleLock, UnmaskUnit, VacuumJournal,
    CleanPackageCache, RepointSymlink, MountUnit, NixRollback, NixCollectGarbage, SuggestPatch, Undo,
)  # fmt: skip
CATALOGUE: Final[Mapping[str, Action]] = {action.name: action() for action in ACTIONS}
