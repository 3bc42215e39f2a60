"""How often the gate may act by itself (R11), on the boot clock (R33): what exceeds it waits for a person."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from stillwatch.gate.change.action import Clock
from stillwatch.gate.database import Database, Writer

HOUR: Final = 3600.0
DAY: Final = 86_400.0
PER_TARGET: Final = 3
PER_DAY: Final = 10
FIRST_PAUSE: Final = 10.0
LONGEST_PAUSE: Final = 300.0


class Limits:
    """Automatic changes are counted at their intent, in its transaction, so that a crash cannot forget one."""

    def __init__(self, database: Database, clock: Clock, boot_id: str) -> None:
        self.database, self.clock, self.boot_id = database, clock, boot_id

    def hindrance(self, things: Collection[str]) -> str:
        """Why nothing automatic may be done to these things now; "" if it may."""
        ages = self._ages()
        if len({proposal for _, proposal, _ in ages}) >= PER_DAY:
            return f"{PER_DAY} automatic changes within a day: a person approves the next"
        return next((said for said in (self._of(one, ages) for one in things) if said), "")

    def _of(self, thing: str, ages: Collection[tuple[str, int, float]]) -> str:
        if self.database.one("SELECT 1 FROM quarantine WHERE target = ?", thing):
            return f"{thing} is in quarantine until a person clears it"
        mine = sorted(seconds for name, _, seconds in ages if name == thing and seconds < HOUR)
        if len(mine) >= PER_TARGET:
            with self.database.writing() as writer:
                self.quarantine(writer, thing)
            return f"{thing} was changed {PER_TARGET} times within an hour: in quarantine until a person clears it"
        wait = min(FIRST_PAUSE * 2 ** (len(mine) - 1), LONGEST_PAUSE) - mine[0] if mine else 0.0
        return f"{thing} was changed just now: by itself again in {wait:.0f} s" if wait > 0 else ""

    def count(self, writer: Writer, action: str, things: Collection[str], proposal: int) -> None:
        """Note one automatic change, of every thing that it touches."""
        writer.execute("DELETE FROM runs WHERE boot_id = ? AND boot < ?", (self.boot_id, self.clock.boot() - DAY))
        for one in things:
            row = (one, action, self.boot_id, self.clock.boot(), proposal)
            writer.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?)", row)

    def release(self, target: str, by: str) -> bool:
        """A person clears the quarantine and the count; False if there was none."""
        if not self.database.one("SELECT 1 FROM quarantine WHERE target = ?", target):
            return False
        with self.database.writing() as writer:
            writer.execute("DELETE FROM quarantine WHERE target = ?", (target,))
            writer.execute("UPDATE runs SET target = '' WHERE target = ?", (target,))  # still counts for the day
            writer.record("resumed", target=target, quarantine=False, by=by)
        return True

    def quarantined(self) -> list[str]:
        return [row["target"] for row in self.database.all("SELECT target FROM quarantine ORDER BY target")]

    def quarantine(self, writer: Writer, target: str) -> None:
        """Nothing automatic is done to it until a person clears it."""
        writer.execute("INSERT OR REPLACE INTO quarantine VALUES (?, ?)", (target, self.clock.now()))
        writer.record("paused", target=target, quarantine=True, by="gate")

    def _ages(self) -> list[tuple[str, int, float]]:
        """(thing, proposal, age) of every automatic change of the last day; one of unknown age counts as recent."""
        now = self.clock.boot()
        rows = self.database.all("SELECT target, proposal, boot_id, boot FROM runs")
        ages = [(row["target"], row["proposal"], age(row["boot"], row["boot_id"], self.boot_id, now)) for row in rows]
        return [one for one in ages if one[2] < DAY]


def age(boot: float, noted_in: str, this_boot: str, boot_now: float) -> float:
    """Seconds since a noted moment; of an earlier boot, only those since this one began (R33)."""
    return boot_now - boot if noted_in == this_boot else boot_now
