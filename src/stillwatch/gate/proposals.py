"""Proposals on disk, and how a person sees them: rendered by fixed code from the typed change (R21)."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from typing import Any, Final

from stillwatch.gate.change.action import Refused
from stillwatch.gate.database import GateDatabase, Writer
from stillwatch.gate.judge import Reading, decided, plain
from stillwatch.gate.limits import Notes
from stillwatch.host.auditlog import canonical
from stillwatch.records.action import Decision

MAX_WAITING: Final = 200
KEEP_ENDED: Final = 5_000
PER_HOUR: Final = 1_000
"""Proposals of one proposer, new ones and those that say something new, and what it rejects."""
OPEN: Final = "('waiting', 'approved', 'running', 'undoing')"
Row = sqlite3.Row
CHANGE: Final = ("action", "target", "arguments")
AS_IT_IS: Final = ("at", "state", "action", "target", "risk", "made", "approver", "incident")
SHOWN: Final = "SELECT *, (SELECT rowid FROM changes WHERE proposal = id) AS made FROM proposals"


class Proposals:
    """One row a proposal; at most MAX_WAITING wait, and of the ended ones the newest KEEP_ENDED are kept."""

    def __init__(self, database: GateDatabase) -> None:
        self.database, self.pace = database, Notes(database.clock, PER_HOUR)

    def row(self, proposal_id: str | int) -> Row:
        """Raises Refused where there is none."""
        number = proposal_id if isinstance(proposal_id, int) else int(proposal_id.removeprefix("A-"))
        rows = self.database.all(f"{SHOWN} WHERE id = ?", number)
        if not rows:
            raise Refused(f"no proposal A-{number}")
        return rows[0]

    def newest(self, *, waiting: bool) -> list[Row]:
        return self.database.all(f"{SHOWN} WHERE state = 'waiting' OR NOT ? ORDER BY id DESC LIMIT 200", waiting)

    def keep(
        self, reading: Reading, decision: Decision, note: dict[str, str], uid: int, approval: dict[str, Any]
    ) -> int:
        """Write a proposal down with its decision; one that waits already is brought up to date, not doubled."""
        change = plain(reading.change)
        key = {"action": change["action"], "target": change["target"], "arguments": canonical(change["arguments"])}
        waiting = "SELECT id FROM proposals WHERE state = 'waiting' AND action = ? AND target = ? AND arguments = ?"
        number = self.database.one(waiting, *key.values())
        waits = self.database.one("SELECT count(*) FROM proposals WHERE state = 'waiting'")
        if number is None and waits >= MAX_WAITING:
            raise Refused(f"{MAX_WAITING} proposals wait already: decide some of them first")
        fresh = {**decided(decision), **bound(reading), **approval}
        if number is not None and self._as_before(number, fresh):
            return int(number)
        self.check_pace(uid)
        with self.database.writing() as writer:
            if number is not None:
                number = self._update(writer, self.row(number), fresh)
            else:
                first = {**key, **note, "proposer": uid, "at": self.database.clock.now()}
                number = self._insert(writer, {**first, **fresh})
                writer.record("proposed", id=f"A-{number}", **change, proposer=f"uid {uid}", because=note["because"])
            writer.record("decided", id=f"A-{number}", **change, **decided(decision), risk=reading.case.risk)
            measured = "id NOT IN (SELECT proposal FROM checks)"
            old = f"DELETE FROM proposals WHERE state NOT IN {OPEN} AND {measured} AND id <= ? - {KEEP_ENDED}"  # noqa: S608
            writer.execute(old, (number,))
        return number

    def check_pace(self, uid: int) -> None:
        """Raises Refused for a proposer that has more written down than the audit log should bear (R41)."""
        if not self.pace.may(uid):
            raise Refused(f"{PER_HOUR} proposals and rejections of uid {uid} within an hour: no more for now")

    def _as_before(self, number: int, fresh: dict[str, Any]) -> bool:
        """Whether a proposal that waits says the same again, so that nothing is to be written (R41)."""
        row = self.row(int(number))
        return all(row[name] == value for name, value in fresh.items())

    def renew(self, number: int, reading: Reading) -> str:
        """What is shown is brought up to date; nothing is approved by it. Returns the id that it has now."""
        row = self.row(number)
        if row["state"] != "waiting":  # of what has begun the facts are needed as they were
            return f"A-{number}"
        with self.database.writing() as writer:
            return f"A-{self._update(writer, row, bound(reading))}"

    def standing(self, proposal_id: str) -> Row:
        """As `row`; of one that was renewed, the one that stands in its place."""
        row = self.row(proposal_id)
        newest = "SELECT max(id) FROM proposals WHERE action = ? AND target = ? AND arguments = ?"
        renewed = row["state"] == "renewed"
        return self.row(self.database.one(newest, *(row[name] for name in CHANGE))) if renewed else row

    def _insert(self, writer: Writer, fields: dict[str, Any]) -> int:
        names, marks = ", ".join(fields), ", ".join("?" * len(fields))
        cursor = writer.execute(f"INSERT INTO proposals ({names}) VALUES ({marks})", tuple(fields.values()))  # noqa: S608
        return cursor.lastrowid or 0

    def _update(self, writer: Writer, row: Row, fields: dict[str, Any]) -> int:
        """What an id stood for once it stands for always: what is another by now has a new one (R19, R20)."""
        was = {name: row[name] for name in row.keys() if name not in ("id", "made")}  # noqa: SIM118
        if seen_hash({**was, **fields}) != seen_hash(row):
            number = self._insert(writer, {**was, **fields})
            writer.execute("UPDATE proposals SET state = 'renewed' WHERE id = ?", (row["id"],))
            writer.record("renewed", id=f"A-{row['id']}", action=row["action"], target=row["target"], now=f"A-{number}")
            return number
        sets = ", ".join(f"{name} = ?" for name in fields)
        writer.execute(f"UPDATE proposals SET {sets} WHERE id = ?", (*fields.values(), row["id"]))  # noqa: S608
        return int(row["id"])


def bound(reading: Reading) -> dict[str, Any]:
    """What an approval would bind, and what its approver reads."""
    shown = {
        "does": reading.action.describe(reading.change),
        "success": reading.action.success_test(reading.change),
        "now": reading.now.reason,
        "cause": reading.now.cause,
        "blast_radius": reading.blast.said,
        "undoable": reading.action.undoable,
        "along": reading.along,
    }
    facts = canonical(dict(reading.now.facts))
    known = {"facts": facts, "shown": canonical(shown), "things": json.dumps(reading.things)}
    return {"risk": reading.case.risk, "hash": reading.hash, **known}


def seen_hash(row: Row | Mapping[str, Any]) -> str:
    """What an approver has seen: the change, and all that PID 1 would do beside it (R19). It is an id's for ever."""
    along = json.loads(row["shown"]).get("along", ())
    seen = [row["hash"], row["risk"], sorted(along), sorted(json.loads(row["things"]))]
    return hashlib.sha256(canonical(seen).encode()).hexdigest()


def shown(row: Row) -> dict[str, Any]:
    """A proposal as JSON; `because` and `said` are text from outside and labelled so by whoever prints them.

    made: the how many-th change it was, None where it was not done, or the same thing was changed again since.
    """
    outcome = None
    if row["status"] is not None:
        verified = None if row["verified"] is None else bool(row["verified"])
        outcome = {"status": row["status"], "verified": verified, "said": row["said"]}
    return {
        **{name: row[name] for name in AS_IT_IS},
        "id": f"A-{row['id']}",
        "hash": seen_hash(row),
        "arguments": json.loads(row["arguments"]),
        "decision": {name: row[name] for name in ("verdict", "rule", "reason")},
        "outcome": outcome,
        "shown": json.loads(row["shown"]),
        "untrusted": {"because": row["because"]},
    }
