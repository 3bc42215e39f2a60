"""Generations of NixOS as the file system shows them: which there are, which runs, and how two of them differ.

Nothing of Nix is asked: profiles, units and programs are links into the store, and two systems differ where theirs do.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any, Final

from stillwatch.helpers.request import RequestRefused

PROFILE: Final = "nix/var/nix/profiles/system"
STORE: Final = "nix/store"
RUNS: Final = "run/current-system"
BOOTED: Final = "run/booted-system"
MOST: Final = 10_000
_LINK: Final = re.compile(r"system-([1-9]\d{0,8})-link")
_STORE_NAME: Final = re.compile(r"[a-z0-9]{20,40}-(?P<name>[A-Za-z0-9+._?=-]{1,200})")
_ACCOUNTS: Final = re.compile(r"[a-z0-9]{20,40}-users-groups\.json")
"""What nixos/modules/config/users-groups.nix hands to the activation."""
LONGEST: Final = 1_048_576
_VERSION: Final = re.compile(r"-(?=\d)")
UNCHANGED_BY_A_SWITCH: Final = re.compile(
    r"^(X-RestartIfChanged\s*=\s*(false|no|0)|(X-OnlyManualStart|RefuseManualStop|RefuseManualStart)\s*=\s*(true|yes|1))\s*$",
    re.MULTILINE,
)
"""switch-to-configuration leaves units alone that say so (nixos/modules/system/activation)."""


class Generations:
    """root: "/" but in tests and over recorded hosts."""

    def __init__(self, root: Path = Path("/")) -> None:
        self.root = root

    def all(self) -> dict[int, str]:
        """Number → what its link leads to, oldest first; {} where this is no NixOS."""
        folder = (self.root / PROFILE).parent
        found = {}
        for link in folder.glob("system-*-link"):
            if number := _LINK.fullmatch(link.name):
                found[int(number[1])] = self._real(link)
        return dict(sorted(found.items()))

    def runs(self) -> int:
        """The newest generation that is what runs now; 0 if none is."""
        return self._number(self._real(self.root / RUNS))

    def booted(self) -> int:
        return self._number(self._real(self.root / BOOTED))

    def chosen(self) -> int:
        """What the profile leads to: it is started at the next boot."""
        return self._number(self._real(self.root / PROFILE))

    def deletable(self, keep: int) -> list[int]:
        """All but the newest `keep` and those that run, were booted, or are chosen."""
        numbers = list(self.all())
        kept = {*numbers[len(numbers) - keep :], self.runs(), self.booted(), self.chosen()}
        return [number for number in numbers if number not in kept]

    def place(self, number: int) -> Path:
        """The whole system of a generation, as a path below the root. Raises RequestRefused where there is none."""
        target = self.all().get(number)
        if target is None:
            raise RequestRefused(f"there is no generation {number}")
        return self.root / target.lstrip("/")

    def _number(self, target: str) -> int:
        return max((number for number, place in self.all().items() if place == target), default=0)

    def _real(self, link: Path) -> str:
        """Where it leads in the end, as it is called inside the root."""
        return "/" + os.path.relpath(followed(link, self.root), self.root)


def followed(path: Path, root: Path) -> Path:
    """The end of a chain of links whose absolute targets are meant below the root. Never raises."""
    place = Path(root)
    todo = list(path.relative_to(root).parts)
    for _ in range(MOST):
        if not todo:
            break
        part = todo.pop(0)
        if part == "..":
            place = place.parent if place != root else place
            continue
        step = place / part
        try:
            target = os.readlink(step)  # noqa: PTH115 – as text, "/" first or not
        except OSError:
            place = step
            continue
        todo = [*(part for part in target.split("/") if part not in ("", ".")), *todo]
        place = Path(root) if target.startswith("/") else place
    return place


def entries(system: Path, folder: str, root: Path) -> dict[str, str]:
    """Name → where it leads, of a folder of a system; {} where there is none."""
    place = followed(system / folder, root)
    try:
        names = sorted(os.listdir(place))[:MOST]  # noqa: PTH208
    except OSError:
        return {}
    return {name: str(followed(place / name, root)) for name in names}


def differing(old: Path, new: Path, folder: str, root: Path = Path("/")) -> dict[str, tuple[str, str]]:
    """Name → (where it leads in the old system, and in the new), "" where it is absent."""
    before, after = entries(old, folder, root), entries(new, folder, root)
    names = sorted({*before, *after})
    pairs = {name: (before.get(name, ""), after.get(name, "")) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def units(old: Path, new: Path, root: Path = Path("/")) -> dict[str, str]:
    """Unit → "restart", "stop" or "start": what a switch from the old to the new system does with it where it runs."""
    found: dict[str, str] = {}
    for name, (before, after) in differing(old, new, "etc/systemd/system", root).items():
        unit = name.removesuffix(".d")
        if name.endswith((".wants", ".requires", ".upholds")):
            continue
        if name.endswith(".d"):
            found.setdefault(unit, "restart")
        elif not after:
            found[unit] = "stop"
        elif not before:
            found[unit] = "start"
        elif not UNCHANGED_BY_A_SWITCH.search(_text(after)):
            found[unit] = "restart"
    return found


def programs(system: Path, root: Path = Path("/")) -> dict[str, str]:
    """Package → version, of what the system puts into PATH, its kernel and systemd; "" where the name tells none."""
    places = [*entries(system, "sw/bin", root).values()]
    places += [str(followed(system / part, root)) for part in ("kernel", "systemd", "initrd")]
    found = {}
    for place in places:
        if named := _STORE_NAME.search(place.partition(f"{STORE}/")[2]):
            name, *rest = _VERSION.split(named["name"].split("/")[0], maxsplit=1)
            found[name] = rest[0] if rest else ""
    return found


def accounts(system: Path, root: Path = Path("/")) -> list[str]:
    """Who may log in after its activation, and who is in which group: that stands in no file of its /etc.

    Users of services are left out. Where it cannot be read, its place in the store, which changes with it.
    """
    script = _text(str(followed(system / "activate", root)), LONGEST)
    return [_people(root, name) or name for name in sorted(set(_ACCOUNTS.findall(script)))]


def _people(root: Path, name: str) -> str:
    try:
        told = json.loads(_text(str(root / STORE / name), LONGEST))
        people = [one for one in told["users"] if not one.get("isSystemUser") or _has_password(one)]
        return json.dumps([people, [one for one in told["groups"] if one.get("members")]], sort_keys=True)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return ""


def _has_password(user: dict[str, Any]) -> bool:
    return any(value for name, value in user.items() if "password" in name.casefold())


def _text(path: str, most: int = 65_536) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            return file.read(most)
    except OSError:
        return ""
