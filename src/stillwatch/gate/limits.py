"""How often the gate may act by itself (R11), on the boot clock (R33): what exceeds it waits for a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from stillwatch.gate.change.action import Clock
from stillwatch.gate.database import GateDatabase, Writer

HOUR: Final = 3600.0
DAY: Final = 86_400.0
PER_TARGET: Final = 3
PER_DAY: Final = 10
FIRST_PAUSE: Final = 10.0
LONGEST_PAUSE: Final = 300.0
MOST_CHANGES: Final = 100
"""So many are remembered, each whole: one may touch hundreds of things, and must not push others of its day out."""
NOTES_PER_HOUR: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One automatic change of one thing. recent: it counts for the day."""

    thing: str
    proposal: int
    age: float
    of_this_boot: bool
    recent: bool


class Notes:
    """What is written down for one peer: a flood of it may neither fill the disk nor push what is older out of the
    audit log (R41). What is left out is counted, and told with the next one."""

    def __init__(self, clock: Clock, most: int = NOTES_PER_HOUR) -> None:
        self.clock, self.most = clock, most
        self.written: dict[int, list[float]] = {}
        self.left_out: dict[int, int] = {}

    def may(self, uid: int) -> bool:
        now = self.clock.boot()
        mine = [at for at in self.written.get(uid, []) if now - at < HOUR]
        room = len(mine) < self.most
        self.written[uid] = [*mine, now] if room else mine
        self.left_out[uid] = self.left_out.get(uid, 0) + (not room)
        return room

    def missing(self, uid: int) -> dict[str, int]:
        """How many were left out since the last one that was written, as fields of a record."""
        count = self.left_out.pop(uid, 0)
        return {"left_out": count} if count else {}


class Limits:
    """Automatic changes are counted at their intent, in its transaction, so that a crash cannot forget one."""

    def __init__(self, database: GateDatabase, clock: Clock, boot_id: str) -> None:
        self.database, self.clock, self.boot_id = database, clock, boot_id

    def hindrance(self, things: Collection[str]) -> str:
        """Why nothing automatic may be done to these things now; "" if it may."""
        runs = self._runs()
        if len({run.proposal for run in runs if run.recent}) >= PER_DAY:
            return f"{PER_DAY} automatic changes within a day: a person approves the next"
        return next((reason for reason in (self._of(one, runs) for one in things) if reason), "")

    def _of(self, thing: str, runs: Collection[Run]) -> str:
        if self.database.one("SELECT 1 FROM quarantine WHERE target = ?", thing):
            return f"{thing} is in quarantine until a person clears it"
        mine = sorted((run for run in runs if run.thing == thing and run.age < HOUR), key=lambda run: run.age)
        if len([run for run in mine if run.of_this_boot]) >= PER_TARGET:
            with self.database.writing() as writer:
                self.quarantine(writer, thing)
            return f"{thing} was changed {PER_TARGET} times within an hour: in quarantine until a person clears it"
        if len(mine) >= PER_TARGET:
            return (
                f"{thing} was changed {PER_TARGET} times within an hour of running, over the last boots: a person may"
            )
        wait = min(FIRST_PAUSE * 2 ** (len(mine) - 1), LONGEST_PAUSE) - mine[0].age if mine else 0.0
        return f"{thing} was changed just now: by itself again in {wait:.0f} s" if wait > 0 else ""

    def count(self, writer: Writer, action: str, things: Collection[str], proposal: int) -> None:
        """Note one automatic change, of every thing that it touches."""
        writer.execute("DELETE FROM runs WHERE boot_id = ? AND boot < ?", (self.boot_id, self.clock.boot() - DAY))
        newest = "SELECT proposal FROM runs GROUP BY proposal ORDER BY max(rowid) DESC LIMIT ?"
        writer.execute(f"DELETE FROM runs WHERE proposal NOT IN ({newest})", (MOST_CHANGES,))  # noqa: S608
        for one in things:
            row = (one, action, self.boot_id, self.clock.boot(), proposal)
            writer.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?)", row)

    def release(self, names: Collection[str], by: str) -> bool:
        """A person clears the quarantine and the count of a thing, under all its names; False if there was none."""
        held = [one for one in names if self.database.one("SELECT 1 FROM quarantine WHERE target = ?", one)]
        if not held:
            return False
        with self.database.writing() as writer:
            for one in names:
                writer.execute("DELETE FROM quarantine WHERE target = ?", (one,))
                writer.execute("UPDATE runs SET target = '' WHERE target = ?", (one,))  # still counts for the day
            writer.record("resumed", target=", ".join(held), quarantine=False, by=by)
        return True

    def quarantined(self) -> list[str]:
        return [row["target"] for row in self.database.all("SELECT target FROM quarantine ORDER BY target")]

    def quarantine(self, writer: Writer, target: str) -> None:
        """Nothing automatic is done to it until a person clears it."""
        writer.execute("INSERT OR REPLACE INTO quarantine VALUES (?, ?)", (target, self.clock.now()))
        writer.record("paused", target=target, quarantine=True, by="gate")

    def _runs(self) -> list[Run]:
        """Every automatic change that may be of the last day, with the least age that the boot clock vouches for (R33).

        Of an earlier boot that is: how long this one runs, and how long at least each one between them ran. For the
        day, only this boot and the last one before it count, or changes of many would be taken for those of one day.
        """
        now, runs, between = self.clock.boot(), [], 0.0
        boots: dict[str, float] = {}
        rows = self.database.all("SELECT target, proposal, boot_id, boot FROM runs ORDER BY rowid DESC")
        for row in rows:
            boots[row["boot_id"]] = max(boots.get(row["boot_id"], 0.0), row["boot"])
        earlier = [boot for boot in boots if boot != self.boot_id]
        for boot in (self.boot_id, *earlier):
            ran = boots.get(boot, 0.0) if boot != self.boot_id else now
            for row in rows:
                past = between + (ran - row["boot"])
                if row["boot_id"] == boot and past < DAY:
                    run = Run(
                        thing=row["target"],
                        proposal=row["proposal"],
                        age=past,
                        of_this_boot=boot == self.boot_id,
                        recent=boot in (self.boot_id, *earlier[:1]),
                    )
                    runs.append(run)
            between += ran
        return runs
