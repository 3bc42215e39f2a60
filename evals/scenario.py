"""Fault scenarios: a folder each in evals/scenarios, with scenario.toml (what it is) and inject.py (how it is done).

scenario.toml has a title and a table for each variant: kinds of the same fault that look alike at first sight. Of each
it says which causes are right, which actions may be proposed (`proposals`: and will not pass the gate), and how many
incidents there are to be told. inject.py has a function of the variant's name, which breaks a Stage and returns the
Fault when it can be seen.

Scenarios of the shop (F01 …) say the same at the top of scenario.toml; their inject.py defines `inject(machine, shop)`,
`verified(machine, shop)`, true once it is mended the right way, and `subjects(shop)`, what may be named as to blame.
"""

from __future__ import annotations

import importlib.util
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evals.stage import Fault, Stage
    from tests.support.rig import Machine
    from tests.support.shop import Shop

FOLDER = Path(__file__).resolve().parent / "scenarios"
SHOP = "shop"
"""The variant of those that have no variants."""


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One variant of a scenario, as the proving ground plays it. name: "port-taken.socket"; incidents: told at best."""

    name: str
    title: str
    causes: tuple[str, ...]
    actions: tuple[str, ...]
    incidents: int
    kernel_log: bool
    code: ModuleType

    @property
    def is_trap(self) -> bool:
        return not self.incidents

    def play(self, stage: Stage) -> Fault:
        """Break the machine; returns when it can be seen."""
        from evals.stage import Fault

        variant = self.name.partition(".")[2]
        if variant != SHOP:
            broken: Fault = getattr(self.code, variant)(stage)
            return broken
        machine, shop = stage.machine, stage.shop
        self.code.inject(machine, shop)
        return Fault(culprits=self.code.subjects(shop), healthy=lambda: self.code.verified(machine, shop))


def folders() -> list[str]:
    return sorted(path.name for path in FOLDER.iterdir() if (path / "scenario.toml").is_file())


def names() -> list[str]:
    """Scenarios of the shop."""
    return [name for name in folders() if "causes" in _text(name)]


def cases() -> list[Case]:
    """All variants of all scenarios."""
    return [case for name in folders() for case in _cases(name)]


def _cases(name: str) -> list[Case]:
    text, code = _text(name), _module(name)
    if "causes" in text:
        return [_case(f"{name}.{SHOP}", text["title"], text, code)]
    variants = {key: value for key, value in text.items() if isinstance(value, dict)}
    return [_case(f"{name}.{key}", text["title"], value, code) for key, value in variants.items()]


def _case(name: str, title: str, text: Mapping[str, Any], code: ModuleType) -> Case:
    causes = tuple(text.get("causes", ()))
    return Case(
        name=name,
        title=title,
        causes=causes,
        actions=(*text.get("actions", ()), *text.get("proposals", ())),
        incidents=text.get("incidents", 1 if causes else 0),
        kernel_log=text.get("kernel_log", False),
        code=code,
    )


def load(name: str) -> Scenario:
    """Load one scenario of the shop by its id (F01) or folder name. Raises KeyError if there is none."""
    found = next((entry for entry in names() if entry == name or entry.split("-")[0] == name), None)
    if found is None:
        raise KeyError(f"no scenario {name}; there are {', '.join(names())}")
    text = _text(found)
    return Scenario(
        id=found.split("-")[0],
        title=text["title"],
        causes=tuple(text["causes"]),
        actions=tuple(text["actions"]),
        never=tuple(text["never"]),
        kernel_log=text.get("kernel_log", False),
        code=_module(found),
    )


def _text(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name / "scenario.toml").read_text())


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"scenario_{name.replace('-', '_')}", FOLDER / name / "inject.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
