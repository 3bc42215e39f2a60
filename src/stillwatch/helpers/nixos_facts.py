"""What the gate reads before, and measures after, each action on NixOS; the far side reads the same again."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final

from stillwatch.helpers import nixos, nixos_patch
from stillwatch.helpers.policyfile import entries, protected_patterns
from stillwatch.helpers.request import RequestRefused
from stillwatch.unit.protected import protected_by

FULL: Final = 90
KEPT: Final = 5
STORE: Final = "nix-store"
ROOT: Final = Path("/")
ACCESS: Final = ("stillwatch", "ssh", "sudoers", "polkit-1", "pam.d", "shadow", "group", "passwd", "login.defs",
                 "sysusers.d", "userborn", "doas.conf", "krb5.conf", "sssd", "nsswitch.conf")  # fmt: skip
"""Names below /etc that say who may do what; a person changes them."""


def declared() -> dict[str, Any]:
    """The policy's one [[nixos]]. Raises RequestRefused where there is none."""
    found = entries("nixos")
    if len(found) != 1:
        raise RequestRefused(
            "the policy file declares no [[nixos]]" if not found else "the policy file has two [[nixos]]"
        )
    return found[0]


def rollback(request: dict[str, Any]) -> dict[str, Any]:
    """facts: which runs, and what the other one is; units: what a switch would do with each that runs."""
    declared()
    here = nixos.Generations(ROOT)
    number = int(request["target"]) if re.fullmatch(r"[1-9]\d{0,8}", request["target"]) else 0
    there, runs = here.place(number), here.runs()
    if not runs:
        raise RequestRefused("what runs is no generation of the system's profile")
    now = here.place(runs)
    changed = nixos.units(now, there, ROOT)
    access = sorted(set(nixos.differing(now, there, "etc", ROOT)) & set(ACCESS))
    closed = [f"/etc/{name}" for name in access] + list(
        filter(None, [protected_by([unit], protected_patterns()) for unit in changed])
    )
    if nixos.accounts(now, ROOT) != nixos.accounts(there, ROOT):
        closed.insert(0, "users and groups")
    hindrance = "it runs already" if runs == number else ""
    if closed and not hindrance:
        hindrance = f"the generations differ in {', '.join(closed[:5])}, which a person changes: nixos-rebuild switch"
    return {
        "hindrance": hindrance,
        "said": f"generation {runs} runs",
        "facts": {"path": f"/{nixos.PROFILE}", "runs": str(runs), "system": str(there)},
        "units": changed,
        "done": runs == number and here.chosen() == number,
    }


def garbage(request: dict[str, Any]) -> dict[str, Any]:
    """facts: which generations would go."""
    if request["target"] != STORE:
        raise RequestRefused(f"the target is {STORE}")
    keep = int(declared().get("keep", KEPT))
    here = nixos.Generations(ROOT)
    numbers, going = here.all(), here.deletable(keep)
    if not numbers:
        raise RequestRefused("there are no generations here")
    facts = os.statvfs(ROOT / nixos.STORE)
    used = 100 - facts.f_bavail * 100 // max(facts.f_blocks, 1)
    full = used >= FULL
    stays = all(here.place(number).exists() for number in {here.runs(), here.booted(), here.chosen()} - {0})
    return {
        "hindrance": "" if going or full else f"nothing is to be deleted: {len(numbers)} generations, {keep} are kept",
        "said": f"{len(going)} of {len(numbers)} generations may go; the file system of the store is {used} % full",
        "facts": {"path": f"/{nixos.STORE}", "delete": " ".join(map(str, going)), "full": str(full)},
        "cause": f"the kernel says that the file system of the store is {used} % full" if full else "",
        "done": not going and stays,
    }


def suggestion(request: dict[str, Any]) -> dict[str, Any]:
    """facts: where the patch goes, whether it is there, and of which configuration it is."""
    patch = nixos_patch.prepare(declared(), request["target"], request["setting"], request["value"])
    there = patch.file.is_file()
    return {
        "hindrance": "it is written already" if there else patch.hindrance,
        "said": f"{patch.file} is {'there' if there else 'not there'}",
        "facts": {"path": str(patch.file), "there": str(there), "of": patch.of},
        "done": there,
    }


SEES: Final = {"nix_rollback": rollback, "nix_collect_garbage": garbage, "nix_suggest_patch": suggestion}
FIELDS: Final[dict[str, dict[str, type]]] = {
    "nix_rollback": {"target": str},
    "nix_collect_garbage": {"target": str},
    "nix_suggest_patch": {"target": str, "setting": str, "value": int},
}
