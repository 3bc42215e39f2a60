"""What its owner declared about files: backups that have to be new enough, certificates that have to be good."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from stillwatch.errors import NotReachable
from stillwatch.host.declared_files import certificate_ends, newest
from stillwatch.ports import Clock
from stillwatch.reading.source import Following, Read, Source, Wanted
from stillwatch.records.event import Event, Untrusted
from stillwatch.tables.declared import Backup, CertificateFile
from stillwatch.watch.monitor import Watcher

ORDER: Final = 40
EVERY_SECONDS: Final = 300.0
HOUR, DAY = 3600.0, 86_400.0


def here(wanted: Wanted) -> Sequence[Source]:
    checks: tuple[Backup | CertificateFile, ...] = (*wanted.backups, *wanted.certificates)
    return [DeclaredFileSource(wanted.host, wanted.clock, checks)] if checks else []


class DeclaredFileSource:
    name = "declared files"
    beside = False

    def __init__(self, host: str, clock: Clock, checks: Sequence[Backup | CertificateFile]) -> None:
        self._host, self._clock, self._checks = host, clock, checks

    async def read(self, watcher: Watcher, ends: float) -> Read:
        return await asyncio.to_thread(self._read)

    async def follow(self, following: Following) -> None:
        while True:
            following.hear(await self.read(following.watcher, ends=float("inf")))
            await following.sleep(EVERY_SECONDS)

    def _read(self) -> Read:
        events, problems = list[Event](), list[str]()
        for check in self._checks:
            try:
                events.append(self._backup(check) if isinstance(check, Backup) else self._certificate(check))
            except NotReachable as error:
                problems.append(f"{check.name}: {error}")
        return Read(
            events=events,
            whole=not problems,
            problem="; ".join(problems[:3]),
            watched=", ".join(check.name for check in self._checks),
            samples={f"{event.fields['metric']} {event.fields['probe']}": event.value or 0.0 for event in events},
            measured=True,
        )

    def _backup(self, check: Backup) -> Event:
        last = newest(check.path)
        hours = (self._clock.now() - last) / HOUR if last is not None else check.hours + 1.0
        why = f"the newest backup is {hours:.0f} hours old" if last is not None else "there is no backup"
        return self._event(check, "backup-hours", hours, why, str(check.hours), "backup-failed")

    def _certificate(self, check: CertificateFile) -> Event:
        days = (certificate_ends(check.path) - self._clock.now()) / DAY
        why = f"the certificate is good for {days:.1f} days"
        return self._event(check, "file-certificate-days", days, why, str(check.days), "certificate-expired")

    def _event(
        self, check: Backup | CertificateFile, metric: str, value: float, why: str, limit: str, cause: str
    ) -> Event:
        return Event(
            host=self._host,
            at=self._clock.now(),
            source="metric",
            subject=check.unit or check.name,
            text=Untrusted(f"{check.name}: {check.path}: {why}"),
            value=value,
            fields={
                "metric": metric,
                "probe": check.name,
                "url": check.path,
                "why": why,
                "limit": limit,
                "cause": cause,
            },
        )
