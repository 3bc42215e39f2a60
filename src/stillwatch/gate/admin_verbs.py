"""What only an administrator says, at the administrator's socket (R10)."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

from stillwatch.gate import protocol
from stillwatch.gate.change.action import Refused
from stillwatch.gate.core import Gate, Peer, Reply
from stillwatch.gate.perform import named
from stillwatch.gate.policy import lower_level
from stillwatch.gate.proposals import shown
from stillwatch.gate.protocol import AnyRequest, clean


class AdminVerbs(Gate):
    """The gate with its administrator's verbs."""

    def verbs(self) -> dict[type[AnyRequest], Callable[[Peer, Any], Awaitable[Reply]]]:
        return super().verbs() | {
            protocol.Reject: self._reject,
            protocol.SetAutonomy: self._set_autonomy,
            protocol.Resume: self._resume,
            protocol.Unlock: self._unlock,
            protocol.Enroll: self._enroll,
            protocol.Release: self._release,
            protocol.Reload: self._reload,
            protocol.Audit: self._audit,
        }

    async def _reject(self, peer: Peer, request: protocol.Reject) -> Reply:
        row = self.proposals.standing(request.id)
        if peer.door != "admin":
            self.proposals.check_pace(peer.uid)
        with self.database.writing() as writer:
            reject = "UPDATE proposals SET state = 'rejected' WHERE id = ? AND state IN ('waiting', 'approved')"
            if writer.execute(reject, (row["id"],)).rowcount != 1:
                raise Refused(f"A-{row['id']} is {row['state']}: there is nothing to reject")
            writer.record("rejected", **named(row), by=self.name(peer))
        return shown(self.proposals.row(row["id"]))

    async def _set_autonomy(self, peer: Peer, request: protocol.SetAutonomy) -> Reply:
        if request.level is not None:
            if lower_level(request.level, self.ceiling) != request.level:
                why = "the configuration file" if self.trial_uid is None else "a trial"
                raise Refused(f"{why} caps autonomy at {self.ceiling}")
            with self.database.writing() as writer:
                writer.execute("INSERT OR REPLACE INTO settings VALUES ('autonomy', ?)", (request.level,))
                writer.record("autonomy", level=request.level, by=self.name(peer))
        return {"level": self.level, "ceiling": self.ceiling}

    async def _resume(self, peer: Peer, request: protocol.Resume) -> Reply:
        self.switch.resume(self.name(peer))
        return {"paused": False}

    async def _unlock(self, peer: Peer, request: protocol.Unlock) -> Reply:
        self.codes.unlock(self.name(peer), self.clock.now())
        return {"locked": False}

    async def _enroll(self, peer: Peer, request: protocol.Enroll) -> Reply:
        if peer.uid not in (0, self.trial_uid):
            raise Refused("only root enrolls a code generator")
        return {"uri": self.codes.enroll(os.uname().nodename, self.name(peer))}

    async def _release(self, peer: Peer, request: protocol.Release) -> Reply:
        names = [request.target, *await self.judge.names_for(request.target)]
        if not self.limits.release(names, self.name(peer)):
            raise Refused(f"{clean(request.target)} is not in quarantine")
        return {"quarantine": self.limits.quarantined()}

    async def _reload(self, peer: Peer, request: protocol.Reload) -> Reply:
        self.load()
        with self.database.writing() as writer:
            writer.record("autonomy", policy=self.policy.version, problem=self.problem, by=self.name(peer))
        return {"policy": self.policy.version, "problem": self.problem}

    async def _audit(self, peer: Peer, request: protocol.Audit) -> Reply:
        return {"records": [record.shown() for record in self.database.records(request.after, request.limit)]}
