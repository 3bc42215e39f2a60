"""What is done along with a verb on each unit as the host is now: polkit knows names, not effects."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any, Final

from stillwatch.install.installer import Installer
from stillwatch.unit.names import Names
from stillwatch.unit.shown import SHOWN, absent, names_told, shown
from stillwatch.unit.transaction import RELATIONS, Effects, Facts, TooWide, Verb, effects

VERBS: Final[tuple[Verb, ...]] = ("start", "stop", "restart", "reload")
Along = Mapping[tuple[str, str], tuple[tuple[Verb, Names], ...]]


AT_ONCE: Final = 200
"""Units that one command line asks for."""


class Host(dict[str, dict[str, Any]]):
    """Any name of a unit → what PID 1 says of it, asked many at once and what is left one by one."""

    def __init__(self, installer: Installer) -> None:
        super().__init__()
        self._hands = installer

    async def ask(self, *units: str) -> set[str]:
        """Returns the units that are named there and not known yet."""
        lines = await self._hands.lines(("systemctl", "show", "--no-pager", SHOWN, "--", *units))
        named: set[str] = set()
        for names, facts in shown("\n".join(lines)):
            self |= dict.fromkeys(names, facts)
            named |= {other for relation in RELATIONS for other in facts[relation]}
        return named - self.keys()

    async def ask_all(self, units: Iterable[str]) -> None:
        """These units, and all that they lead to."""
        missing = await self.ask("*") | (set(units) - self.keys())
        while missing:
            some = sorted(missing)[:AT_ONCE]
            self |= {unit: absent(unit) for unit in some}  # what PID 1 says nothing of
            missing = (missing | await self.ask(*some)) - self.keys()

    async def facts(self, unit: str) -> Mapping[str, Any]:
        if unit not in self:
            await self.ask(unit)
        return self.setdefault(unit, absent(unit))


async def along_with(facts: Facts, units: Iterable[str]) -> Along:
    """(verb, unit) → what PID 1 would do to other units; where all would stop, or more hang together than are looked
    through, PID 1 itself stands for all of them."""
    found: dict[tuple[str, str], tuple[tuple[Verb, Names], ...]] = {}
    names: dict[str, Names] = {}
    for verb, unit in itertools.product(VERBS, units):
        try:
            seen = await effects([(verb, unit)], facts)
        except TooWide:
            seen = Effects(isolates=(unit,))
        others = sorted(job for job in seen.jobs if job[1] != unit and (job[0] == "start" or job[1] in seen.up))
        for _, other in others:
            names[other] = names.get(other) or await names_told(facts, other)
        all_else: tuple[tuple[Verb, Names], ...] = (("stop", Names.of(("init.scope",))),) if seen.isolates else ()
        found[verb, unit] = (*all_else, *((how, names[other]) for how, other in others))
    return found
