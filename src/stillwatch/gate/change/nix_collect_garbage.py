"""Delete old generations of a NixOS and what nothing needs any more; the newest, running and booted ones stay."""

from __future__ import annotations

from stillwatch.gate.change.on_nixos import OnNixos


class NixCollectGarbage(OnNixos):
    name = verb = "nix_collect_garbage"
    risk, undoable = "medium", False
    example = "nix-store"
    does = "delete old generations and collect the garbage of {target}; those that run, were booted or are kept stay"
    success = "of {target} no generation is left that may go, and those that run and were booted are whole"
