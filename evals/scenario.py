"""Fault scenarios: a folder each in evals/scenarios, with scenario.toml (what it is) and inject.py (how it is done).

inject.py defines `inject(machine, shop)`, which returns when the fault can be seen; `verified(machine, shop)`, true
once it is mended the right way; and `subjects(shop)`, the units or paths that may be named as the one to blame.
"""

from __future__ import annotations

import importlib.util
import tomllib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.rig import Machine
    from tests.support.shop import Shop

FOLDER = Path(__file__).resolve().parent / "scenarios"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """causes: ids of which one must be named, empty where nothing is wrong; actions: the safe remedy;

    never: what must not happen; kernel_log: whether the machine must be able to read the kernel's log.
    """

    id: str
    title: str
    causes: tuple[str, ...]
    actions: tuple[str, ...]
    never: tuple[str, ...]
    kernel_log: bool
    code: ModuleType

    def inject(self, machine: Machine, shop: Shop) -> None:
        self.code.inject(machine, shop)

    def verified(self, machine: Machine, shop: Shop) -> bool:
        return bool(self.code.verified(machine, shop))

    def subjects(self, shop: Shop) -> tuple[str, ...]:
        named: tuple[str, ...] = self.code.subjects(shop)
        return named


def names() -> list[str]:
    return sorted(path.name for path in FOLDER.iterdir() if (path / "scenario.toml").is_file())


def load(name: str) -> Scenario:
    """Load one scenario by its id (F01) or folder name. Raises KeyError if there is none."""
    found = next((entry for entry in names() if entry == name or entry.split("-")[0] == name), None)
    if found is None:
        raise KeyError(f"no scenario {name}; there are {', '.join(names())}")
    text = tomllib.loads((FOLDER / found / "scenario.toml").read_text())
    return Scenario(
        id=found.split("-")[0],
        title=text["title"],
        causes=tuple(text["causes"]),
        actions=tuple(text["actions"]),
        never=tuple(text["never"]),
        kernel_log=text.get("kernel_log", False),
        code=_module(found),
    )


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"scenario_{name.replace('-', '_')}", FOLDER / name / "inject.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
