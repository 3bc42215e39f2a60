"""Write a patch of the NixOS configuration, for a person to look at and apply. Nothing else is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from stillwatch.gate.change.action import Arguments, Change, HostAccess
from stillwatch.gate.change.on_nixos import OnNixos


class Suggestion(Arguments, frozen=True):
    """setting: which one, of helpers/nixos_patch.py; value: its number, 0 where it takes none."""

    setting: Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,31}\Z")]
    value: Annotated[int, Meta(ge=0, le=4_194_304)] = 0


class SuggestPatch(OnNixos):
    name, verb = "suggest_patch", "nix_suggest_patch"
    risk, undoable = "low", True
    example, arguments = "shop.service", Suggestion
    does = "write a patch of the NixOS configuration: {setting} {value} for {target}"
    undoes, restores = "delete the patch for {target} again", ("there",)
    success = "the patch of {setting} for {target} lies beside the configuration"

    async def undo(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        await access.act({"do": "nix_suggest_patch_back", "target": change.target, "path": before["path"]})
        return f"deleted {before['path']}"
