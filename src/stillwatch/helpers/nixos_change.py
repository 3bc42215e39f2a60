"""The root program for NixOS: switch to another generation, collect garbage, write a suggested patch.

It is not confined, since a switch runs the activation of the whole system; so it does these three things alone, each
only while the facts that the gate decided by are still so.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from stillwatch.helpers import made, nixos, nixos_facts, nixos_patch
from stillwatch.helpers.as_owner import as_owner
from stillwatch.helpers.child import Ended, program, run
from stillwatch.helpers.config_test import check_roots_alone
from stillwatch.helpers.policyfile import by_policy
from stillwatch.helpers.request import RequestRefused, begun, closed, serve
from stillwatch.helpers.safe_open import open_folder

CALLERS: Final = ("stillwatch-gate",)
SECONDS: Final = 1_500.0
SWITCHED: Final = (0, 4)
"""switch-to-configuration ends with 4 where the system is switched and units failed."""
SCHEMAS: Final[dict[str, dict[str, type]]] = {
    **{name: {**fields, "facts": dict} for name, fields in nixos_facts.FIELDS.items()},
    "nix_rollback_back": {"target": str, "runs": str},
    "nix_suggest_patch_back": {"target": str, "path": str},
}


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """Raises RequestRefused where nothing was changed."""
    verb = closed(request, "do", SCHEMAS)
    if verb in nixos_facts.SEES:
        seen = nixos_facts.SEES[verb](request)
        if seen["hindrance"] or seen["facts"] != request["facts"]:
            raise RequestRefused(seen["hindrance"] or "it is no longer as it was decided")
    return DOES[verb](request)


def rollback(request: dict[str, Any]) -> dict[str, Any]:
    return switch(int(request["target"]))


def switch(number: int) -> dict[str, Any]:
    """The profile first, as nixos-rebuild does, so that the next boot has it too."""
    here = nixos.Generations(nixos_facts.ROOT)
    switcher = here.place(number) / "bin/switch-to-configuration"
    check_program(switcher)
    nix_env("--switch-generation", str(number))
    ended = run([str(switcher), "switch"], seconds=SECONDS, limit=65_536)
    if ended.code not in SWITCHED:
        raise RuntimeError(f"switch-to-configuration ended with {ended.code}: {ended.text[-500:]}")
    return {"code": ended.code, "said": _last(ended)}


def rollback_back(request: dict[str, Any]) -> dict[str, Any]:
    here = nixos.Generations(nixos_facts.ROOT)
    if str(here.runs()) != request["target"]:
        raise RequestRefused(f"generation {request['target'][:20]} does not run any more")
    back = {**request, "target": request["runs"]}
    if hindrance := nixos_facts.rollback(back)["hindrance"]:
        raise RequestRefused(hindrance)
    return switch(int(request["runs"]))


def garbage(request: dict[str, Any]) -> dict[str, Any]:
    """Old generations, then what nothing needs any more; then the boot menu names only those that are left."""
    here = nixos.Generations(nixos_facts.ROOT)
    going = request["facts"]["delete"].split()
    menu = here.place(here.chosen()) / "bin/switch-to-configuration" if here.chosen() else None
    if menu is not None:
        check_program(menu)
    with begun():
        if going:
            nix_env("--delete-generations", *going)
        ended = run([program("nix-store"), "--gc"], seconds=SECONDS, limit=4_194_304)
        if going and menu is not None and here.chosen() == here.runs():
            run([str(menu), "boot"], seconds=SECONDS, limit=65_536)
    return {"deleted": len(going), "code": ended.code, "said": _last(ended)}


def suggest(request: dict[str, Any]) -> dict[str, Any]:
    """Written as whoever owns the folder: in another user's, root would make a gift of what he puts in its place."""
    patch = nixos_patch.prepare(nixos_facts.declared(), request["target"], request["setting"], request["value"])
    repository = str(patch.file.parent.parent)
    with made.noting("patch", str(patch.file), {}), as_owner(Path(repository)):
        with closing(open_folder(repository)) as above, contextlib.suppress(FileExistsError):
            os.mkdir(patch.file.parent.name, 0o755, dir_fd=above)
        with begun(), closing(open_folder(str(patch.file.parent))) as folder:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            with os.fdopen(os.open(patch.file.name, flags, 0o644, dir_fd=folder), "w") as file:
                file.write(patch.text)
                file.flush()
                os.fchmod(file.fileno(), 0o644)
                os.fsync(file.fileno())
    return {"path": str(patch.file), "said": f"patch -p1 -d {repository} <{patch.file}"}


def suggest_back(request: dict[str, Any]) -> dict[str, Any]:
    """Only a patch that was written here, in the declared folder, is taken away."""
    place = Path(str(nixos_facts.declared().get("configuration"))).parent / nixos_patch.FOLDER
    file = Path(request["path"])
    if file.parent != place or file.suffix != ".patch":
        raise RequestRefused(f"{request['path'][:200]} is no suggestion of ours")
    with made.taking_back("patch", str(file)), as_owner(place), closing(open_folder(str(place))) as folder:
        try:
            os.unlink(file.name, dir_fd=folder)
        except OSError as error:
            raise RequestRefused(f"{file}: {error.strerror}") from error
    return {"path": str(file), "said": "it is gone"}


def nix_env(*words: str) -> None:
    """On the system's profile. Raises RequestRefused where it does not do it."""
    profile = str(nixos_facts.ROOT / nixos.PROFILE)
    ended = run([program("nix-env"), "--profile", profile, *words], seconds=120, limit=65_536)
    if ended.code != 0:
        raise RequestRefused(f"nix-env {words[0]} ended with {ended.code}: {_last(ended)}")


def check_program(path: Path) -> None:
    """A program of the store that nobody but root can have written, nor what leads to it (R39)."""
    if not path.is_file():
        raise RequestRefused(f"{path} is absent")
    check_roots_alone(str(path))


@contextlib.contextmanager
def closing(descriptor: int) -> Any:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _last(ended: Ended) -> str:
    return (ended.text.strip().splitlines() or [""])[-1][:300]


DOES: Final[dict[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "nix_rollback": rollback,
    "nix_rollback_back": rollback_back,
    "nix_collect_garbage": garbage,
    "nix_suggest_patch": suggest,
    "nix_suggest_patch_back": suggest_back,
}


if __name__ == "__main__":
    raise SystemExit(serve(by_policy(handle), CALLERS))
