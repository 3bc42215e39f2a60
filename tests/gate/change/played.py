"""A played host for the actions: units as PID 1 would show them, and answers of the peek and root programs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from stillwatch.gate.change.action import Change, Refused
from stillwatch.gate.change.catalogue import CATALOGUE
from stillwatch.gate.declared import (
    Cleaner,
    Declared,
    Journal,
    Lock,
    MountPoint,
    Needed,
    Ownership,
    PackageCache,
    Releases,
    RepeatableJob,
    RestorableFile,
    RotatedLogs,
    Runbook,
    Timer,
)
from stillwatch.records.unit import UnitState
from stillwatch.unit.transaction import Effects, Job, effects

DECLARED = Declared(
    rotated_logs=(RotatedLogs(name="logs", directory="/srv/shop/logs", pattern="*.log.*.gz"),),
    files=(RestorableFile(name="conf", path="/etc/shop/shop.conf", test=("/usr/bin/true",), unit="shop.service"),),
    runbooks=(Runbook(unit="book.service"),),
    cleaners=(Cleaner(unit="cleaner.service"),),
    jobs=(RepeatableJob(unit="nightly.service"),),
    ownership=(Ownership(name="data", path="/srv/shop/data", owner="shop", group="shop", mode="0750"),),
    locks=(Lock(name="pid", path="/run/shop.pid", unit="shop.service", program="shop"),),
    timers=(Timer(unit="renew.timer"),),
    needed=(Needed(unit="db.service"),),
    journal=(Journal(directory="/var/log/journal", keep_megabytes=50),),
    package_caches=(PackageCache(program="apt"),),
    mounts=(MountPoint(path="/srv/photos"),),
    releases=(Releases(name="current", path="/srv/shop/current", directory="/srv/shop/releases", unit="shop.service"),),
)


def unit(name: str, state: str = "failed", **facts: Any) -> UnitState:
    return UnitState(name=name, names=(name,), load_state="loaded", active_state=state, **facts)


class Clock:
    def now(self) -> float:
        return 1_800_000_000.0

    def boot(self) -> float:
        return 5_000.0


@dataclass
class HostAccess:
    """done: every request that would have changed something; answers: what peek and act say, by verb."""

    units: dict[str, UnitState] = field(default_factory=dict)
    answers: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    declared: Declared = DECLARED
    links: dict[str, dict[str, Any]] = field(default_factory=dict)
    logged_in: dict[str, tuple[str, ...]] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    result: str = "done"
    done: list[tuple[str, str]] = field(default_factory=list)

    @property
    def bus(self) -> HostAccess:
        return self

    async def unit(self, name: str) -> UnitState | None:
        return self.units.get(name)

    async def facts(self, name: str) -> dict[str, Any]:
        state = self.units[name].active_state if name in self.units else "active"
        return {"Id": name, "ActiveState": state, **self.links.get(name, {})}

    async def effects(self, jobs: Collection[Job]) -> Effects:
        return await effects(jobs, self.facts)

    async def sessions(self, units: Collection[str]) -> tuple[str, ...]:
        return tuple(one for unit in units for one in self.logged_in.get(unit, ()))

    async def system_state(self) -> str:
        return "running"

    async def _verb(self, verb: str, name: str, state: str) -> str:
        self.done.append((verb, name))
        if self.result == "done":
            self.units[name] = replace(self.units[name], active_state=state, invocation_id=f"new{len(self.done)}")
        return self.result

    async def job(self, verb: str, name: str) -> str:
        return await self._verb(verb, name, "inactive" if verb == "stop" else "active")

    async def reset_failed(self, name: str) -> None:
        await self._verb("reset-failed", name, "inactive")

    async def act(self, request: Mapping[str, object]) -> Mapping[str, object]:
        verb = str(request["do"])
        if verb not in ("file", "test", "enables", "mask_of"):
            self.done.append(
                (
                    verb,
                    str(
                        next(
                            (
                                request[key]
                                for key in ("name", "pid", "unit", "target", "directory", "program", "point")
                                if key in request
                            ),
                            None,
                        )
                    ),
                )
            )
        return self._answer(verb)

    async def peek(self, request: Mapping[str, object]) -> Mapping[str, object]:
        return self._answer(str(request["see"]))

    def _answer(self, verb: str) -> Mapping[str, object]:
        if verb not in self.answers:
            raise Refused(f"no answer to {verb}")
        return {"ok": True, **self.answers[verb]}


def change(action: str, target: str, **arguments: object) -> Change:
    import msgspec

    return Change(action=action, target=target, arguments=msgspec.convert(arguments, CATALOGUE[action].arguments))
