"""What the service remembers between two commands, where it may write; a foreign state directory is only read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from stillwatch.config import SERVICE_STATE
from stillwatch.errors import NotReachable, unusable
from stillwatch.host import settings
from stillwatch.records.incident import Incident, Step
from stillwatch.records.mute import Mute
from stillwatch.records.note import Note
from stillwatch.records.report import Report
from stillwatch.store.store import FILE_NAME, Store
from stillwatch.triage.mute import apply_mutes

LAST_REPORT = "last-report"


class Recall:
    """state: the state directory. Only its owner writes there (a one-shot command never leaves files of another)."""

    def __init__(self, state: Path) -> None:
        self._state = state

    @property
    def may_write(self) -> bool:
        if self._state.exists():
            return self._state.stat().st_uid == os.geteuid() and os.access(self._state, os.W_OK)
        return True

    def recognise(self, found: Sequence[Incident], now: float) -> tuple[Incident, ...]:
        """The incidents with the ids they had before, those known by their key; mutes applied. Writes nothing yet."""
        with self._opened(write=self.may_write) as store:
            if store is None:
                return tuple(found)
            known = {incident.key: incident for incident in store.book.open_incidents()}
            mutes = store.memory.mutes(now)
            return tuple(apply_mutes(self._same(incident, known, store), mutes, now) for incident in found)

    def keep(self, report: Report) -> None:
        """Save what a pass over this host found; open incidents that it no longer sees are resolved."""
        with self._opened(write=True) as store:
            if store is None:
                return
            with store.transaction():
                seen = {incident.id for incident in report.incidents}
                if report.status != "unknown":
                    for gone in store.book.open_incidents():
                        if gone.id not in seen:
                            store.book.save(_over(gone, report.at))
                for incident in report.incidents:
                    store.book.save(incident)
                store.set_fact(LAST_REPORT, msgspec.json.encode(report).decode())

    def last_report(self) -> Report | None:
        with self._opened(write=False) as store:
            text = store.fact(LAST_REPORT) if store else ""
        return msgspec.json.decode(text, type=Report) if text else None

    def open_incidents(self) -> Sequence[Incident]:
        with self._opened(write=False) as store:
            return store.book.open_incidents() if store else ()

    def recent(self, limit: int, before: str) -> Sequence[Incident]:
        with self._opened(write=False) as store:
            return store.book.recent(limit, before) if store else ()

    def find(self, incident_id: str) -> Incident | None:
        with self._opened(write=False) as store:
            return store.book.find(incident_id) if store else None

    def save(self, incidents: Sequence[Incident]) -> None:
        with self._must_write() as store, store.transaction():
            for incident in incidents:
                store.book.save(incident)

    def mute(self, mute: Mute) -> None:
        with self._must_write() as store:
            store.memory.mute(mute)

    def mutes(self, now: float) -> Sequence[Mute]:
        """Those that hold."""
        with self._opened(write=False) as store:
            return store.memory.mutes(now) if store else ()

    def unmute(self, pattern: str, now: float) -> bool:
        """Whether there was such a mute; what it covered alone is open again at once."""
        with self._must_write() as store, store.transaction():
            gone = store.memory.unmute(pattern)
            mutes = store.memory.mutes(now)
            for incident in store.book.open_incidents() if gone else ():
                changed = apply_mutes(incident, mutes, now)
                if changed is not incident:
                    store.book.save(changed)
        return gone

    def forget(self, number: int) -> bool:
        """Whether there was such a note."""
        with self._must_write() as store:
            return store.memory.forget_note(number)

    def note(self, at: float, by: str, text: str) -> None:
        with self._must_write() as store:
            store.memory.add_note(at, by, text)

    def notes(self, limit: int) -> Sequence[Note]:
        with self._opened(write=False) as store:
            return store.memory.notes(limit) if store else ()

    def settings_changes(self, since: float, path: str, root: Path = Path("/")) -> Sequence[Mapping[str, Any]]:
        """The newest first; of one file also what changed since it was compared last."""
        with self._opened(write=False) as store:
            if store is None:
                return ()
            told, before = store.settings.changes(since, path), store.settings.find(path)
        now = settings.read(path, root) if before else None
        if before is None or now is None or now.digest == before[0] or now.changed < since:
            return told
        return [settings.change_of(path, before, now, now.changed)._asdict(), *told]

    def _same(self, incident: Incident, known: dict[str, Incident], store: Store) -> Incident:
        before = known.get(incident.key)
        if before is None:
            new = store.book.next_id() if self.may_write else incident.id
            return _renamed(incident, new)
        return replace(
            _renamed(incident, before.id),
            opened=before.opened,
            state=before.state,
            muted_by=before.muted_by,
            history=before.history,
            **_decided(before),
        )

    @contextmanager
    def _opened(self, *, write: bool) -> Iterator[Store | None]:
        """The store, or None where there is none to read or it is not ours to write."""
        if write and not self.may_write:
            yield None
            return
        if not write and not (self._state / FILE_NAME).exists():
            yield None
            return
        if write:
            self._make_state()
        store = Store.open(self._state, read_only=not write)
        try:
            yield store
        finally:
            store.close()

    def _make_state(self) -> None:
        try:
            self._state.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise unusable(self._state, error) from error

    @contextmanager
    def _must_write(self) -> Iterator[Store]:
        with self._opened(write=True) as store:
            if store is None:
                if self._state == SERVICE_STATE:
                    step = "systemctl start stillwatch, then the same again"
                    raise NotReachable("the daemon does not answer, and only it writes its state", next_step=step)
                raise NotReachable(
                    f"{self._state} belongs to another user", next_step="run it as that user, or use --state-dir"
                )
            yield store


class Forgetful(Recall):
    """Remembers nothing and knows nothing: for a host that is only shown."""

    may_write = False

    def __init__(self) -> None:
        super().__init__(Path(os.devnull))


def _decided(before: Incident) -> dict[str, Any]:
    """What the gate made of it: a daemon that reads it again must not have it decided anew."""
    if before.decision is None:
        return {}
    return {name: getattr(before, name) for name in ("proposal", "proposal_id", "decision", "outcome")}


def _renamed(incident: Incident, new: str) -> Incident:
    evidence = tuple(replace(one, incident=new) for one in incident.evidence)
    return replace(incident, id=new, evidence=evidence)


def _over(incident: Incident, at: float) -> Incident:
    step = Step(at=at, by="rule", text="a later check no longer saw it")
    return replace(incident, state="resolved", updated=at, history=(*incident.history, step))
