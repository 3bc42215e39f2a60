"""A gate that kills itself at the nth step. For test_crash.py alone: the gate itself has no such switch.

Every SQL statement and commit, every journal anchor, every call of an action counts as a step, and so does the way
into and out of what would change a machine; that is appended to `ran`. Each trial is a forked process:

    begin     propose and approve, SIGKILL at step n
    recover   start again; sometimes killed once more, then started a last time

Told to try `undo`, it makes a change in peace and counts the steps of taking it back.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from pathlib import Path

from tests.gate import stage
from tests.gate.stage import ACTIONS, Restart, Stage, StillClock, Units, make_gate, request, running

KILLED = -signal.SIGKILL


class Steps:
    def __init__(self, last: int) -> None:
        self.last, self.count = last, 0

    def __call__(self, *_: object) -> bool:
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)
        return True


def counted(folder: Path, step: Steps) -> Restart:
    def noted(word: str) -> None:
        step()
        with (folder / "ran").open("a") as file:
            file.write(f"{word}\n")
        step()

    class Counted(Restart):
        undoes = "stop {target} again"

        async def precondition(self, access, change):
            step()
            return await super().precondition(access, change)

        async def run(self, access, change, before):
            noted("ran")
            return "ran"

        async def undo(self, access, change, before):
            noted("undone")
            return "undone"

        async def verify(self, access, change, before):
            step()
            return await super().verify(access, change, before)

    return Counted()


async def play(folder: Path, last: int, *, begin: bool, undo: bool) -> int:
    step = Steps(0 if begin and undo else last)
    ACTIONS["restart_unit"] = counted(folder, step)
    access = Stage(Units(running("db.service")), clock=StillClock())
    gate = make_gate(folder, stage=access, level="suggest", anchor=step)
    gate.database.connection.set_trace_callback(step)
    if begin:
        fields = {"action": "restart_unit", "target": "db.service"}
        if undo:
            await approved(gate, fields, step)
            step.count, step.last, fields = 0, last, {"action": "undo", "target": "A-1"}
        bind = gate._bind

        def bound(*said):
            bind(*said)
            (folder / "acknowledged").touch()

        gate._bind = bound
        await approved(gate, fields, step)
    gate.performer.recover()
    await gate.performer.perform_due()
    step()
    return step.count


async def approved(gate, fields: dict[str, str], step: Steps) -> None:
    waiting = await gate.answer(stage.DAEMON, request("propose", **fields))
    step()
    await gate.answer(stage.ADMIN, request("approve", id=waiting["id"], hash=waiting["hash"]))
    step()


def forked(folder: Path, last: int, *, begin: bool, undo: bool) -> int:
    """The number of steps it took, KILLED if it was killed."""
    there, here = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(here, str(asyncio.run(play(folder, last, begin=begin, undo=undo))).encode())
        finally:
            os._exit(0)
    os.close(here)
    with os.fdopen(there) as answer:
        said = answer.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status if status else int(said)


def judged(folder: Path, *, undo: bool) -> str:
    """What is wrong after the last start, "" if nothing."""
    gate = make_gate(folder, stage=Stage(Units(running("db.service"))), level="suggest")
    kinds = stage.kinds(gate)
    rows = gate.database.all("SELECT id, state FROM proposals ORDER BY id")
    gate.database.close()
    ran = (folder / "ran").read_text().count("undone" if undo else "ran") if (folder / "ran").exists() else 0
    if undo:
        first, kinds, rows = rows[0]["state"], kinds[kinds.index("outcome") + 2 :], rows[1:]
        if (first == "undone") != bool(rows and rows[0]["state"] == "done"):
            return f"the change is {first}, taking it back {[row['state'] for row in rows]}"
    acknowledged = (folder / "acknowledged").exists()
    if ran > 1:
        return "ran twice"
    if ran and "intent" not in kinds:
        return "ran without an intent"
    if acknowledged and (not rows or rows[0]["state"] not in ("done", "unknown")):
        return f"approval lost: {[row['state'] for row in rows]}"
    if rows and rows[0]["state"] == "unknown" and "unknown" not in kinds:
        return "unknown, and not told"
    if rows and rows[0]["state"] == "done" and not ran:
        return "done, and never ran"
    return ""


def main(folder: Path, kills: int, seed: int, what: str) -> None:
    dice = random.Random(seed)
    (folder / "whole").mkdir()
    undo = what == "undo"
    points = forked(folder / "whole", 0, begin=True, undo=undo)
    done, number, wrong = 0, 0, []
    if problem := judged(folder / "whole", undo=undo):
        wrong.append(f"no kill: {problem}")
    while done < kills or number < points:
        trial = folder / str(number)
        trial.mkdir()
        point = number % (points - 1) + 1
        number += 1
        done += forked(trial, point, begin=True, undo=undo) == KILLED
        if dice.random() < 0.5:
            done += forked(trial, dice.randrange(1, points), begin=False, undo=undo) == KILLED
        forked(trial, 0, begin=False, undo=undo)
        if problem := judged(trial, undo=undo):
            wrong.append(f"killed at {point} of {points}: {problem}")
    print(json.dumps({"points": points, "kills": done, "wrong": wrong}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
