"""Decide and approve: what becomes of a proposal. Every answer is plain JSON; every refusal is a `Refused`."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from stillwatch.config import Autonomy
from stillwatch.gate import protocol
from stillwatch.gate.change.action import Refused
from stillwatch.gate.database import GateDatabase
from stillwatch.gate.judge import Judge, Reading, decided, explained, plain, refused_explanation
from stillwatch.gate.kill_switch import Switch
from stillwatch.gate.limits import Limits, Notes
from stillwatch.gate.perform import Performer, more_than_shown
from stillwatch.gate.policy import LEVELS, Policy, decide, load_policy, lower_level
from stillwatch.gate.proposals import Proposals, Row, seen_hash, shown
from stillwatch.gate.protocol import FOR_PROPOSERS, AnyRequest, clean, in_few_words
from stillwatch.gate.totp import Codes
from stillwatch.gate.trust import read_trusted
from stillwatch.records.action import Decision

APPLIED: Final = "policy.applied"
"""Beside the policy: the hash of the policy whose polkit rules are installed, written by `policy apply`."""
Reply = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """Who speaks, as the kernel says (never by pid), and through which door."""

    uid: int
    door: str


class Gate:
    """trial_uid: set where everything runs as that one user; then no separation is claimed and `suggest` is the cap."""

    def __init__(
        self,
        *,
        database: GateDatabase,
        judge: Judge,
        boot_id: str,
        ceiling: Autonomy,
        policy_file: Path,
        trial_uid: int | None,
    ) -> None:
        self.database, self.judge, self.policy_file, self.trial_uid = database, judge, policy_file, trial_uid
        self.ceiling = ceiling if trial_uid is None else lower_level(ceiling, "suggest")
        self.clock = judge.access.clock
        self.proposals, self.limits = Proposals(database), Limits(database, self.clock, boot_id)
        self.notes = Notes(self.clock)
        self.switch, self.codes = Switch(database, database.folder), Codes(database, database.folder)
        self.performer = Performer(
            database=database,
            judge=judge,
            limits=self.limits,
            switch=self.switch,
            standing=lambda: (self.policy, self.level),
        )
        self.load()

    @property
    def level(self) -> Autonomy:
        """What holds now: the setting, never above the ceiling of the configuration file."""
        stored = self.database.setting("autonomy", self.ceiling)
        return lower_level(self.ceiling, next((level for level in LEVELS if level == stored), "observe"))

    def load(self) -> None:
        """Read the policy again; where it cannot be trusted or is not the one applied, everything is refused (R7)."""
        try:
            self.policy, self.problem = self._trusted_policy(), ""
        except Refused as refused:
            self.policy, self.problem = Policy(), str(refused)
        self.judge.access.declared = self.policy

    def _trusted_policy(self) -> Policy:
        if self.trial_uid is not None:
            return load_policy(self.policy_file, frozenset({0, self.trial_uid}))
        policy = load_policy(self.policy_file, frozenset({0}))
        if read_trusted(self.policy_file.with_name(APPLIED), frozenset({0})).decode().strip() != policy.version:
            raise Refused("the policy is not the one that was applied: run `stillwatch policy apply`")
        return policy

    async def answer(self, peer: Peer, request: AnyRequest) -> Reply:
        """One verb. Raises Refused with the reason."""
        if peer.door != "admin" and not isinstance(request, FOR_PROPOSERS):
            raise Refused("this is said at the administrator's socket only")
        return await self.verbs()[type(request)](peer, request)

    def verbs(self) -> dict[type[AnyRequest], Callable[[Peer, Any], Awaitable[Reply]]]:
        """What does each kind of request."""
        return {
            protocol.Propose: self._propose,
            protocol.Explain: self._explain,
            protocol.List: self._list,
            protocol.Show: self._show,
            protocol.Approve: self._approve,
            protocol.Pause: self._pause,
            protocol.Status: self._status,
        }

    async def _propose(self, peer: Peer, request: protocol.Propose) -> Reply:
        """Decide; carry out what may run by itself; let the rest wait for a person."""
        note = {"because": clean(request.because), "incident": clean(request.incident)}
        change: dict[str, Any] = {"action": request.action, "target": request.target, "arguments": request.arguments}
        risk = None
        try:
            reading = await self._read(request)
            change, risk, decision = plain(reading.change), reading.case.risk, self._decide(reading)
            if decision.verdict != "refuse":
                return await self._begin(peer, reading, decision, note)
        except Refused as refused:
            decision = Decision(verdict="refuse", rule="gate", reason=clean(str(refused)))
        if self.notes.may(peer.uid):
            known = {"proposer": f"uid {peer.uid}", "because": note["because"], **self.notes.missing(peer.uid)}
            with self.database.writing() as writer:
                writer.record("decided", **in_few_words(change), **decided(decision), **known)
        return {"id": None, "state": "refused", "risk": risk, "decision": decided(decision), "outcome": None}

    async def _begin(self, peer: Peer, reading: Reading, decision: Decision, note: dict[str, str]) -> Reply:
        waits = {"state": "waiting", "approver": ""}
        approval = self._approval("policy") if decision.verdict == "allow" else waits
        number = self.proposals.keep(reading, decision, note, peer.uid, approval)
        if decision.verdict == "allow":
            await self.performer.execute(number)
        return shown(self.proposals.row(number))

    def _approval(self, by: str) -> dict[str, Any]:
        moment = {"approved_boot": self.clock.boot(), "approved_in": self.limits.boot_id}
        return {"state": "approved", "approver": by, **moment}

    async def _read(self, request: protocol.Explain) -> Reading:
        self._check_standing()
        return await self.judge.read(self.policy, request.action, request.target, request.arguments)

    def _check_standing(self) -> None:
        if self.problem:
            raise Refused(self.problem)

    def _decide(self, reading: Reading) -> Decision:
        """Policy first; then what speaks against doing it by itself just now."""
        decision = decide(self.policy, reading.case, self.level)
        if not reading.now.ok and (decision.verdict != "refuse" or decision.rule == "default"):
            return Decision(verdict="refuse", rule="precondition", reason=clean(reading.now.reason))
        if decision.verdict != "allow":
            return decision
        hindrance = self.performer.hindrance() or self.limits.hindrance(reading.things)
        return Decision(verdict="ask", rule="limits", reason=hindrance) if hindrance else decision

    async def _explain(self, peer: Peer, request: protocol.Explain) -> Reply:
        try:
            self._check_standing()
            reading = await self.judge.explain(self.policy, request.action, request.target, request.arguments)
        except Refused as refused:
            return refused_explanation(refused)
        return explained(self.policy, reading, self.level)

    async def _list(self, peer: Peer, request: protocol.List) -> Reply:
        return {"proposals": [shown(row) for row in self.proposals.newest(waiting=request.state == "waiting")]}

    async def _show(self, peer: Peer, request: protocol.Show) -> Reply:
        return shown(self.proposals.standing(request.id))

    async def _approve(self, peer: Peer, request: protocol.Approve) -> Reply:
        """Bind, use up and carry out an approval (R19, R20, R22)."""
        row = self.proposals.row(request.id)
        self._check_approver(peer, request, row)
        self._check_standing()
        reading = await self.judge.read(self.policy, row["action"], row["target"], json.loads(row["arguments"]))
        decision = decide(self.policy, reading.case, self.level)
        if decision.verdict == "refuse" or not reading.now.ok:
            raise Refused(clean(decision.reason if decision.verdict == "refuse" else reading.now.reason))
        if reading.hash != row["hash"] or reading.case.risk != row["risk"] or more_than_shown(row, reading):
            now = self.proposals.renew(row["id"], reading)
            raise Refused(f"the state or the policy has changed since it was shown: look at {now}, then approve that")
        if self.proposals.row(row["id"])["state"] != "waiting":
            raise Refused(f"{request.id} was decided or renewed meanwhile: look at it again")
        by = self.name(peer)
        if request.code is not None:
            self.codes.spend(request.code, self.clock.now())
            by = f"one-time code carried by {by}"
        self._bind(row, reading, by)
        delayed = await self.performer.execute(row["id"])
        return {**shown(self.proposals.row(request.id)), "delayed": delayed}

    def _bind(self, row: Row, reading: Reading, by: str) -> None:
        """The approval on disk: single use, for this hash only."""
        approval = self._approval(by)
        with self.database.writing() as writer:
            sets = ", ".join(f"{name} = ?" for name in approval)
            bind = f"UPDATE proposals SET {sets} WHERE id = ? AND state = 'waiting' AND hash = ?"  # noqa: S608
            writer.execute(bind, (*approval.values(), row["id"], reading.hash))
            writer.record("approved", id=f"A-{row['id']}", **plain(reading.change), by=by, hash_approved=reading.hash)

    def _check_approver(self, peer: Peer, request: protocol.Approve, row: Row) -> None:
        if row["state"] == "renewed":
            raise Refused(f"it has changed since it was shown: look at A-{self.proposals.standing(request.id)['id']}")
        if row["state"] != "waiting":
            raise Refused(f"{request.id} is {row['state']}: there is nothing to approve")
        if request.code is not None:
            if row["risk"] == "high" or not self.judge.catalogue[row["action"]].undoable:
                raise Refused("high risk, or it cannot be undone: only the local command line approves it")
        elif peer.door != "admin":
            raise Refused("without a one-time code, only the local command line approves")
        elif peer.uid == row["proposer"] and peer.uid not in (0, self.trial_uid):
            raise Refused("who proposed it cannot approve it")
        if request.hash != seen_hash(row) and (request.hash is not None or request.code is None):
            raise Refused("that is not what was shown: look at it again with `stillwatch approvals show`")

    async def _pause(self, peer: Peer, request: protocol.Pause) -> Reply:
        if peer.door == "admin" or not self.switch.is_on():
            self.switch.pause(self.name(peer))
        return {"paused": True}

    def name(self, peer: Peer) -> str:
        """Who did it, for the audit log; in a trial nobody is told apart, and the record says so."""
        return f"uid {peer.uid}" if self.trial_uid is None else f"uid {peer.uid} (trial)"

    async def _status(self, peer: Peer, request: protocol.Status) -> Reply:
        counts = self.database.all("SELECT state, count(*) AS n FROM proposals GROUP BY state")
        ledger = self.database.all("SELECT * FROM ledger ORDER BY action, target LIMIT 500")
        return {
            "level": self.level,
            "ceiling": self.ceiling,
            "paused": self.switch.is_on(),
            "problem": self.problem,
            "policy": self.policy.version,
            "trial": self.trial_uid is not None,
            "busy": self.performer.busy.locked(),
            "proposals": {row["state"]: row["n"] for row in counts},
            "quarantine": self.limits.quarantined(),
            "codes": {"enrolled": self.codes.enrolled, "locked": self.codes.locked},
            "ledger": [dict(row) for row in ledger],
            "audit": {"seq": self.database.seq, "anchored": self.database.anchored},
        }
