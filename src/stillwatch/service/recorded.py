"""The service over a recorded host: looked at once, then told as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

from stillwatch.errors import WrongUsage
from stillwatch.reading.gather import Gathered
from stillwatch.records.incident import Incident
from stillwatch.records.report import Report
from stillwatch.service.one_pass import OnePass
from stillwatch.service.parts import ServiceParts
from stillwatch.think.diagnosis.understand import Progress, ignore

EVER = 10 * 366 * 86_400.0


class RecordedService(OnePass):
    """Made by `looked_at`. gathered: what was read of it."""

    def __init__(self, parts: ServiceParts, report: Report, gathered: Gathered) -> None:
        super().__init__(parts)
        self._report, self.gathered = report, gathered

    @classmethod
    async def looked_at(cls, parts: ServiceParts) -> Self:
        """One pass over all of it, by the rules."""
        report, gathered = await OnePass(parts)._pass(EVER, None, None, False, 60.0, ignore)
        return cls(parts, replace(report, recorded=True), gathered)

    async def status(self) -> Report:
        return self._report

    def incidents(self) -> Sequence[Incident]:
        return self._report.incidents

    def recent(self, limit: int, before: str = "") -> Sequence[Incident]:
        """The newest first, as OnePass.recent."""
        older = sorted(self._report.incidents, key=lambda one: int(one.id[1:]), reverse=True)
        return [one for one in older if not before or int(one.id[1:]) < int(before[1:])][:limit]

    def incident(self, incident_id: str) -> Incident:
        for one in self._report.incidents:
            if one.id == incident_id.upper():
                return one
        raise WrongUsage(f"no incident {incident_id}", next_step="stillwatch incidents list")

    async def _known(self, deadline: float, progress: Progress) -> tuple[Report, Gathered]:
        return self._report, self.gathered
