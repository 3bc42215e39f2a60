"""A gate on a disk that is really full, one more page of room in each trial. For test_full_disk.py alone.

Run in a mount namespace of its own, since each trial mounts a small file system. Prints one JSON object: how many
trials there were, how they ended, and what is wrong.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from stillwatch.errors import StillwatchError
from stillwatch.host.auditlog import check, read_records
from tests.gate.stage import Stage, Units, failed, make_gate, places_in, running, served
from tests.gate.test_hostile import exchange

PAGE = 4096
SIZE = 512 * 1024
TRUTHFUL = ("disk", "refused")


def fill(place: Path, pages: int) -> Path:
    """Leave so many pages of room, no more."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * PAGE)
        except OSError:
            file.truncate(max(0, file.tell() - pages * PAGE))
    return filler


async def say(place: Path, door: str, **fields: Any) -> dict[str, Any]:
    return await exchange(str(place / f"run/gate/{door}.sock"), json.dumps(fields).encode() + b"\n")


async def trial(place: Path, pages: int, what: str) -> tuple[str, str]:
    """(how it ended while the disk was full, what is wrong)."""
    stage = Stage(Units(failed("web.service"), running("db.service")))
    gate = make_gate(place, stage=stage, level="auto-full" if what == "by itself" else "suggest")
    seen: list[dict[str, Any]] = []
    async with served(gate, place):
        if what != "by itself":
            waits = await say(place, "propose", verb="propose", action="restart_unit", target="db.service")
        filler = fill(place, pages)
        if what == "by itself":
            seen.append(await say(place, "propose", verb="propose", action="restart_unit", target="web.service"))
        else:
            seen.append(await say(place, "admin", verb="approve", id=waits["id"], hash=waits["hash"]))
        if what == "paused":
            seen.append(await say(place, "admin", verb="pause"))
            if not gate.switch.is_on():
                return "", "asked to pause, and not paused"
        ran = len(stage.bus.done)
        intents = sum(record.shown()["kind"] == "intent" for record in gate.database.records(0, 100))
        problem = wrong_while_full(seen, ran, intents)
        if what == "restarted":
            gate.database.close()
            gate = restarted(place, stage) or gate
        filler.unlink()
        if what == "restarted":
            gate = make_gate(place, stage=stage, level="suggest")
        await gate.performer.perform_due()
        gate.database.keep_in_order()
        problem = problem or wrong_after(place, gate, stage, ran, what)
        gate.database.close()
    return seen[0].get("error") or str(seen[0].get("state")), problem


def restarted(place: Path, stage: Stage) -> Any:
    """A gate that starts while the disk is full starts, or says why it cannot."""
    from stillwatch.config import Config
    from stillwatch.gate.main import build

    try:
        build(Config(), places_in(place), stage, 0).database.close()
    except StillwatchError:
        return None
    return None


def wrong_while_full(seen: list[dict[str, Any]], ran: int, intents: int) -> str:
    odd = [one for one in seen if one.get("ok") is not True and one.get("error") not in TRUTHFUL]
    if odd:
        return f"no clear answer: {odd}"
    if ran > intents or ran > 1:
        return f"{ran} ran with {intents} intents on disk"
    if ran and seen[0].get("ok") is not True:
        return f"it ran, and the answer is {seen[0]}"
    return ""


def wrong_after(place: Path, gate: Any, stage: Stage, ran: int, what: str) -> str:
    """Once there is room: nothing is lost, nothing runs twice, and the log says what was seen."""
    rows = [dict(row) for row in gate.database.all("SELECT state, status FROM proposals")]
    whole = check(read_records(place / "gate"), {})
    if not whole.whole:
        return f"the audit log: {whole.problem}"
    if len(stage.bus.done) > 1:
        return f"ran twice: {stage.bus.done}"
    state = rows[0]["state"] if rows else "none"
    if ran and state != "done" and not (what == "restarted" and state == "unknown"):
        return f"it ran, and the book says {state}"
    if state in ("running", "undoing"):
        return f"it is {state} for ever"
    if state == "done" and not stage.bus.done:
        return "the book says done, and nothing ran"
    return ""


def main(place: Path, what: str) -> None:
    ended: Counter[str] = Counter()
    wrong = []
    pages = 0
    while not (ended["done"] > 2 and pages > 10) and pages < 120:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", str(place)], check=True)
        how, problem = asyncio.run(trial(place, pages, what))
        subprocess.run(["umount", str(place)], check=True)
        ended[how] += 1
        if problem:
            wrong.append(f"{pages} pages of room: {problem}")
        pages += 1
    print(json.dumps({"trials": pages, "ended": ended, "wrong": wrong}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
