"""Doing it: intent on disk → run → outcome on disk → measured now, after 1 and 10 minutes → undone if worse."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, Final

from stillwatch.config import Autonomy
from stillwatch.gate.change.action import Action, Change, Clock, HostAccess, Refused, Verification
from stillwatch.gate.change.undo import Made
from stillwatch.gate.database import GateDatabase, Writer
from stillwatch.gate.judge import Judge, Reading, thing
from stillwatch.gate.kill_switch import Switch
from stillwatch.gate.limits import Limits
from stillwatch.gate.policy import RISKS, Policy, decide
from stillwatch.gate.proposals import Row
from stillwatch.gate.protocol import clean
from stillwatch.host.auditlog import canonical

BUSY: Final = "another change is being made"
APPROVAL_GOOD: Final = 900.0
RUN_DEADLINE: Final = 180.0
VERIFY_DEADLINE: Final = 60.0
End = tuple[Row, str, str, dict[str, str]]
"""How a change ended: its row, the status, what was said, the facts that it left."""
CHECKS: Final = (0, 60, 600)


class Performer:
    """The one place that executes. One change at a time on a host (R11)."""

    def __init__(
        self,
        *,
        database: GateDatabase,
        judge: Judge,
        limits: Limits,
        switch: Switch,
        standing: Callable[[], tuple[Policy, Autonomy]],
    ) -> None:
        self.database, self.judge, self.limits, self.switch = database, judge, limits, switch
        self.standing = standing
        self.busy = asyncio.Lock()
        self.ended: dict[int, End] = {}
        self.access: HostAccess = judge.access
        self.clock: Clock = judge.access.clock
        judge.made = self.made

    def recover(self) -> None:
        """Ends that the disk did not take are written now; what was begun and has none is `unknown`: told, never run
        again (R29)."""
        self._write_ends()
        for row in self.database.all("SELECT * FROM proposals WHERE state IN ('running', 'undoing')"):
            self._end(row, "unknown", "the gate stopped while this ran: nobody knows how it ended", {})

    async def perform_due(self) -> None:
        """What waits for the gate itself: approved changes that could not start at once, and measurements."""
        if not self.busy.locked():
            self.recover()
        for row in self.database.all("SELECT * FROM proposals WHERE state = 'approved' ORDER BY id"):
            await self.execute(row["id"])
        now, boot = self.clock.boot(), self.limits.boot_id
        for row in self.database.all("SELECT * FROM checks ORDER BY proposal, delay"):
            if row["boot_id"] != boot or row["due"] <= now:
                await self.measure(row["proposal"], row["delay"])

    def hindrance(self) -> str:
        """Why nothing is begun just now, "" if it may be."""
        if self.switch.is_on():
            return "paused: nothing new is begun until an administrator resumes"
        if self.ended:
            return "how the last change ended cannot be written down: nothing new is begun until there is room"
        return BUSY if self.busy.locked() else ""

    async def execute(self, number: int) -> str:
        """Carry out an approved proposal if it may still run; one sentence why it did not, "" if it did."""
        if hindrance := self.hindrance():
            return hindrance
        async with self.busy:
            row = self._row(number)
            if row["state"] != "approved":
                return f"it is {row['state']}"
            try:
                reading = await self._still_so(row)
                self._intend(row, reading)
            except Refused as refused:
                with contextlib.suppress(OSError, sqlite3.Error):  # it is tried again, and given back then
                    self._give_back(row, str(refused))
                return str(refused)
            except (OSError, sqlite3.Error) as error:
                return f"not begun yet, since it cannot be written down: {clean(str(error))}"
            await self._run(row, reading.action.run(self.access, reading.change, reading.now.facts), "done")
        with contextlib.suppress(OSError, sqlite3.Error):  # what cannot be noted is measured again
            if self._row(number)["status"] == "done":
                await self.measure(number, 0)
        return ""

    async def measure(self, number: int, delay: int) -> None:
        """Apply the success test fixed before, note it, and undo what made things worse (R14)."""
        row = self._row(number)
        try:
            action, change = self._decoded(row)
            async with asyncio.timeout(VERIFY_DEADLINE):
                seen = await action.verify(self.access, change, json.loads(row["facts"]))
        except Exception as error:
            seen = Verification(ok=None, said=f"could not be measured: {clean(str(error))}")
        if not self.database.one("SELECT 1 FROM checks WHERE proposal = ? AND delay = ?", number, delay):
            return  # measured meanwhile, or a newer change of the target has begun
        if not (seen.worse and await self._undo(number, delay, seen)):
            with self.database.writing() as writer:
                self._note(writer, row, delay, seen)

    async def _still_so(self, row: Row) -> Reading:
        """Read everything again (R22). Raises Refused if it is no longer exactly what was approved, or not allowed."""
        old = self.clock.boot() - row["approved_boot"] > APPROVAL_GOOD
        if old or row["approved_in"] != self.limits.boot_id:
            raise Refused("the approval is older than 15 minutes")
        policy, level = self.standing()
        reading = await self.judge.read(policy, row["action"], row["target"], json.loads(row["arguments"]))
        if reading.hash != row["hash"]:
            raise Refused("the state or the policy has changed since the approval")
        if more := more_than_shown(row, reading):
            raise Refused(f"more than was shown at the approval: {more}")
        if not reading.now.ok:
            raise Refused(reading.now.reason)
        if self.switch.is_on() or self.standing() != (policy, level):
            raise Refused("paused, or the policy or autonomy changed while the state was read")
        decision = decide(policy, reading.case, level)
        automatic = row["approver"] == "policy"
        if decision.verdict == "refuse" or (automatic and decision.verdict != "allow"):
            raise Refused(decision.reason)
        hindrance = self.limits.hindrance(reading.things) if automatic else ""
        if hindrance:
            raise Refused(hindrance)
        return reading

    def _intend(self, row: Row, reading: Reading) -> None:
        """On disk before anything runs; the approval is used up with it. Raises Refused if it was taken back."""
        with self.database.writing() as writer:
            use = "UPDATE proposals SET state = 'running' WHERE id = ? AND state = 'approved' AND hash = ?"
            if writer.execute(use, (row["id"], row["hash"])).rowcount != 1:
                raise Refused("it was taken back meanwhile")
            earlier = (
                "DELETE FROM checks WHERE proposal IN (SELECT id FROM proposals WHERE json_extract(things, '$[0]') = ?)"
            )
            writer.execute(earlier, (reading.things[0],))
            if row["approver"] == "policy":
                self.limits.count(writer, row["action"], reading.things, row["id"])
            writer.record("intent", **named(row), hash_approved=row["hash"], approver=row["approver"])

    async def _run(self, row: Row, doing: Awaitable[str], end: str) -> None:
        try:
            async with asyncio.timeout(RUN_DEADLINE):
                sentence = await doing
        except Refused as refused:
            self.ended[row["id"]] = (row, "failed", str(refused), {})
        except Exception as error:
            self.ended[row["id"]] = (row, "unknown", f"its end was not seen: {error!s}", {})
        else:
            self.ended[row["id"]] = (row, end, sentence, await self._left(row))
        with contextlib.suppress(OSError, sqlite3.Error):
            self._write_ends()

    def _write_ends(self) -> None:
        """Kept in mind until the disk takes it, so that a full one makes no `unknown` of what was seen."""
        for number, end in list(self.ended.items()):
            self._end(*end)
            del self.ended[number]

    async def _left(self, row: Row) -> dict[str, str]:
        """The facts that the change left, for whoever takes it back; none where that cannot be, or where none came."""
        with contextlib.suppress(Exception):
            action, change = self._decoded(row)
            async with asyncio.timeout(VERIFY_DEADLINE):
                return dict((await action.precondition(self.access, change)).facts) if action.undoes else {}
        return {}

    def _end(self, row: Row, status: str, sentence: str, left: dict[str, str]) -> None:
        sentence = clean(sentence)
        with self.database.writing() as writer:
            if status == "done":
                for delay in CHECKS:
                    due = (row["id"], delay, self.limits.boot_id, self.clock.boot() + delay)
                    writer.execute("INSERT OR REPLACE INTO checks VALUES (?, ?, ?, ?)", due)
                changed = (things(row)[0], row["id"], canonical(left))
                writer.execute("REPLACE INTO changes VALUES (?, ?, ?)", changed)
                if row["action"] == "undo":
                    self._taken_back(writer, row)
            if status == "failed":
                count(writer, row, "failed")
            end = "UPDATE proposals SET state = ?, status = ?, said = ? WHERE id = ?"
            writer.execute(end, (status, status, sentence, row["id"]))
            kind = status if status in ("unknown", "undone") else "outcome"
            writer.record(kind, **named(row), status=status, said=sentence)

    def _taken_back(self, writer: Writer, row: Row) -> None:
        """The change is undone with the same stroke, and nothing makes it again without a person."""
        for undone in self.database.all("SELECT * FROM proposals WHERE 'A-' || id = ?", row["target"]):
            sentence = f"taken back by A-{row['id']}"
            end = "UPDATE proposals SET state = 'undone', status = 'undone', verified = NULL, said = ? WHERE id = ?"
            writer.execute(end, (sentence, undone["id"]))
            writer.execute("DELETE FROM checks WHERE proposal = ?", (undone["id"],))
            writer.record("undone", **named(undone), status="undone", said=sentence)
            for one in things(undone):
                self.limits.quarantine(writer, one)

    def _give_back(self, row: Row, reason: str) -> None:
        """An approval that cannot be used is void; the proposal waits for a new one."""
        with self.database.writing() as writer:
            back = (
                "UPDATE proposals SET state = 'waiting', approver = '', reason = ? WHERE state = 'approved' AND id = ?"
            )
            writer.execute(back, (reason, row["id"]))
            writer.record("decided", **named(row), verdict="refuse", reason=reason, rule="at-execution")

    def _note(self, writer: Writer, row: Row, delay: int, seen: Verification) -> None:
        sentence, verified = clean(seen.said), None if seen.ok is None else int(seen.ok)
        writer.execute("DELETE FROM checks WHERE proposal = ? AND delay = ?", (row["id"], delay))
        writer.execute("UPDATE proposals SET verified = ?, said = ? WHERE id = ?", (verified, sentence, row["id"]))
        writer.record("outcome", **named(row), status=row["status"], verified=seen.ok, after=delay, said=sentence)
        if seen.ok is False:
            writer.execute("DELETE FROM checks WHERE proposal = ?", (row["id"],))
            count(writer, row, "failed")
        elif seen.ok and delay == CHECKS[-1]:
            count(writer, row, "verified")

    async def _undo(self, number: int, delay: int, seen: Verification) -> bool:
        """Note it and take the change back, False where that may not be: with one stroke, or a full disk would leave
        what is worse as it is."""
        async with self.busy:
            row = self._row(number)
            action, change = self._decoded(row)
            if not action.undoable or self.switch.is_on() or self.standing()[1] == "observe" or row["state"] != "done":
                return False
            with self.database.writing() as writer:
                self._note(writer, row, delay, seen)
                writer.execute("UPDATE proposals SET state = 'undoing' WHERE id = ?", (number,))
                writer.record("intent", **named(row), undo=True)
            await self._run(row, action.undo(self.access, change, json.loads(row["facts"])), "undone")
            return True

    def made(self, proposal_id: str) -> Made | None:
        """A change by its id, for whoever takes it back."""
        for row in self.database.all("SELECT * FROM proposals WHERE 'A-' || id = ?", proposal_id):
            action, change = self._decoded(row)
            left = self.database.one("SELECT facts FROM changes WHERE proposal = ?", row["id"]) or "{}"
            before = json.loads(row["facts"])
            return Made(state=row["state"], action=action, change=change, before=before, left=json.loads(left))
        return None

    def _decoded(self, row: Row) -> tuple[Action, Change]:
        return self.judge.decode(row["action"], row["target"], json.loads(row["arguments"]))

    def _row(self, number: int) -> Row:
        return self.database.all("SELECT * FROM proposals WHERE id = ?", number)[0]


def things(row: Row) -> list[str]:
    """What was changed first, then what else it touched; of a proposal of an earlier version the first alone."""
    return json.loads(row["things"]) or [thing(json.loads(row["facts"]), row["target"])]


def more_than_shown(row: Row, reading: Reading) -> str:
    """What it would do by now beside all that was shown, or its risk where that has risen (R19); "" for nothing more.

    What hangs together may have come up since, and units may have other settings.
    """
    known = {*things(row), *json.loads(row["shown"]).get("along", ())}
    more = [one for one in (*reading.things, *reading.along) if one not in known]
    risen = RISKS.index(reading.case.risk) > RISKS.index(row["risk"])
    return more[0] if more else f"its risk is {reading.case.risk}" if risen else ""


def named(row: Row) -> dict[str, Any]:
    """What every audit record about a change carries."""
    arguments = json.loads(row["arguments"])
    return {"id": f"A-{row['id']}", "action": row["action"], "target": row["target"], "arguments": arguments}


def count(writer: Writer, row: Row, what: str) -> None:
    """The ledger of verified successes and failures for each (action, thing)."""
    key = (row["action"], things(row)[0])
    writer.execute("INSERT OR IGNORE INTO ledger (action, target) VALUES (?, ?)", key)
    writer.execute(f"UPDATE ledger SET {what} = {what} + 1 WHERE action = ? AND target = ?", key)  # noqa: S608
