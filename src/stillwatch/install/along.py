"""What goes down or is reloaded along with a verb on each unit as the host is now: polkit knows names, not effects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stillwatch.install.installer import Installer
from stillwatch.unit.names import Names, listed
from stillwatch.unit.transaction import RELATIONS, TooWide, Verb, effects

VERBS: Final[tuple[Verb, ...]] = ("start", "stop", "restart", "reload")
SHOW: Final = (
    "systemctl", "show", "--no-pager",
    f"--property=Id,Names,LoadState,ActiveState,Job,StopWhenUnneeded,Triggers,TriggeredBy,{','.join(RELATIONS)}",
)  # fmt: skip
Along = Mapping[tuple[str, str], tuple[tuple[Verb, Names], ...]]


class Host(dict[str, dict[str, Any]]):
    """Any name of a unit → what PID 1 says of it, asked in one go and later one by one."""

    def __init__(self, hands: Installer) -> None:
        super().__init__()
        self._hands = hands

    async def ask(self, *units: str) -> None:
        for block in "\n".join(await self._hands.lines((*SHOW, "--", *units))).split("\n\n"):
            said = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
            facts: dict[str, Any] = {kind: listed(said.get(kind, "")) for kind in (*RELATIONS, "Names", "TriggeredBy")}
            facts |= {kind: said[kind] for kind in ("Id", "LoadState", "ActiveState") if kind in said}
            facts["Job"] = (1 if said.get("Job") else 0,)
            facts["StopWhenUnneeded"] = said.get("StopWhenUnneeded") == "yes"
            self |= dict.fromkeys((*facts["Names"], *filter(None, [said.get("Id")])), facts)

    async def facts(self, unit: str) -> Mapping[str, Any]:
        if unit not in self:
            await self.ask(unit)
        return self.setdefault(unit, {"Id": unit, "LoadState": "not-found", "ActiveState": "inactive", "Names": []})

    def names(self, unit: str) -> Names:
        known = self[unit]
        return Names.of({unit, *known["Names"]}, (*known.get("Triggers", ()), *known.get("TriggeredBy", ())))


async def taken_along(hands: Installer, units: Mapping[str, Names]) -> Along:
    """(verb, unit) → the other running units that PID 1 would stop, restart or reload, and how; where more hang
    together than are looked through, PID 1 itself stands for all of them."""
    host = Host(hands)
    await host.ask("*")
    found: dict[tuple[str, str], tuple[tuple[Verb, Names], ...]] = {}
    for unit in units:
        for verb in VERBS:
            try:
                seen = await effects([(verb, unit)], host.facts)
            except TooWide:
                found[verb, unit] = (("stop", Names.of(("init.scope",))),)
                continue
            others = sorted(job for job in seen.jobs if job[0] != "start" and job[1] in seen.up and job[1] != unit)
            found[verb, unit] = tuple((how, host.names(other)) for how, other in others)
    return found
