"""Switch a NixOS to another of its generations, and back again where the host is worse for it."""

from __future__ import annotations

from collections.abc import Mapping

from stillwatch.gate.change.action import Change, HostAccess
from stillwatch.gate.change.on_nixos import OnNixos


class NixRollback(OnNixos):
    name = verb = "nix_rollback"
    risk, undoable, restarts = "high", True, True
    example = "41"
    does = "switch this NixOS to its generation {target}, now and for the next boot"
    undoes, restores = "switch this NixOS from generation {target} back to the one that ran before", ("runs",)
    success = "generation {target} runs and is chosen for the next boot, and PID 1 finds the host no worse"

    async def undo(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        await access.act({"do": "nix_rollback_back", "target": change.target, "runs": before["runs"]})
        return f"switched back to generation {before['runs']}"
