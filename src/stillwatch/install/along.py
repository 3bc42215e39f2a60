"""What goes down or is reloaded along with a verb on each unit as the host is now: polkit knows names, not effects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from stillwatch.install.installer import Installer
from stillwatch.unit.names import Names
from stillwatch.unit.shown import SHOWN, absent, names_in, shown
from stillwatch.unit.transaction import RELATIONS, TooWide, Verb, effects

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


async def taken_along(installer: Installer, units: Mapping[str, Names]) -> Along:
    """(verb, unit) → the other running units that PID 1 would stop, restart or reload, and how; where more hang
    together than are looked through, PID 1 itself stands for all of them."""
    host = Host(installer)
    await host.ask_all(units)
    found: dict[tuple[str, str], tuple[tuple[Verb, Names], ...]] = {}
    for unit in units:
        for verb in VERBS:
            try:
                seen = await effects([(verb, unit)], host.facts)
            except TooWide:
                found[verb, unit] = (("stop", Names.of(("init.scope",))),)
                continue
            others = sorted(job for job in seen.jobs if job[0] != "start" and job[1] in seen.up and job[1] != unit)
            found[verb, unit] = tuple((how, names_in(host[other])) for how, other in others)
    return found
