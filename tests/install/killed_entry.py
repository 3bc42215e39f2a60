"""Run as root on a machine with Stillwatch installed: kill -9 of its parts at every step of a change and of its undo.

Arguments: a seed and how many points are drawn with it. A declared test and the start of the unit stand still until
they are told to go on, so each point is a place in the flow and no moment in time. Prints one JSON object: points,
kills, how the changes ended, what is wrong.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from stillwatch.config import find_paths
from stillwatch.errors import StillwatchError
from stillwatch.gate import client
from stillwatch.host.auditanchors import verify_audit

CONF, GO, HOLD, STARTS = Path("/etc/shop.conf"), Path("/etc/shop-go"), Path("/run/shop-hold"), Path("/var/lib/starts")
BAD, GOOD = "broken\n", "good\n"
PLACES = find_paths(None, None, None)
PARTS = {
    "gate": ("stillwatch-gate.service",),
    "root helper": ("stillwatch-act@*",),
    "test helper": ("stillwatch-test@*",),
    "all": ("stillwatch-gate.service", "stillwatch-act@*", "stillwatch-test@*", "stillwatch-peek.service"),
}
ENDED = ("done", "failed", "unknown", "undone", "waiting")
NEVER = 10**9
START = 0
TRIES = 3


def systemctl(*words: str) -> str:
    return subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False).stdout


@contextlib.contextmanager
def as_daemon() -> Iterator[None]:
    user = pwd.getpwnam("stillwatch")
    os.setegid(user.pw_gid)
    os.seteuid(user.pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def say(verb: str, **fields: Any) -> dict[str, Any]:
    return client.say(PLACES, verb, door="admin", **fields)


def propose(action: str, target: str) -> tuple[str, str]:
    """As the daemon's user, in a process of its own, since a user belongs to a whole process: the id and the reason."""
    there, here = os.pipe()
    child = os.fork()
    if child == 0:
        said: dict[str, Any] = {}
        try:
            with as_daemon():
                said = client.say(PLACES, "propose", door="propose", action=action, target=target)
        except StillwatchError as error:
            said = {"id": "", "error": str(error)}
        finally:
            os.write(here, json.dumps(said).encode())
            os._exit(0)
    os.close(here)
    with os.fdopen(there) as answer:
        reply = json.loads(answer.read())
    os.waitpid(child, 0)
    return str(reply["id"] or ""), reply.get("error") or str(reply["decision"]["reason"])


def wait(probe: Callable[[], Any], what: str, seconds: float = 30.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := probe()):
        if time.monotonic() > end:
            raise SystemExit(f"waited in vain for {what}")
        time.sleep(0.02)
    return found


def running(pattern: str) -> list[str]:
    shown = systemctl("list-units", "--no-legend", "--plain", "--state=active,activating,deactivating", pattern)
    return [line.split()[0] for line in shown.splitlines()]


def stands_still(word: str) -> bool:
    """Whether a script runs in whose command line this word stands: asked of the kernel, since PID 1 takes its time."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if word.encode() in file.read_bytes():
                return True
    return False


class Flow(threading.Thread):
    """A person restores the file by an approval, and then takes that back."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.ids: list[str] = []
        self.reason = ""
        self.ended = False

    def run(self) -> None:
        with contextlib.suppress(StillwatchError):
            if self.approved(propose("restore_file", "shop-conf")) == "done":
                self.approved(propose("undo", self.ids[0]))
        self.ended = True

    def approved(self, proposed: tuple[str, str]) -> str:
        number, self.reason = proposed
        if not number:
            return ""
        self.ids.append(number)
        shown = say("show", id=number)
        return str(say("approve", id=number, hash=shown["hash"])["state"])


class Trial:
    """kill: a part and the standstill it is killed at, START or the how many-th test; None: nothing is killed."""

    def __init__(self, kill: tuple[str, int] | None) -> None:
        self.kill, self.killed, self.tests = kill, False, 0

    def play(self) -> str:
        """What is wrong, "" if nothing is."""
        self.arrange()
        flow, begun = Flow(), self.accepted()
        GO.write_text(str(begun + self.kill[1] - 1 if self.kill and self.kill[1] != START else NEVER))
        if self.kill and self.kill[1] == START:
            HOLD.touch()
        flow.start()
        word = HOLD.name if HOLD.exists() else "shop-test"
        while not flow.ended and self.kill and not self.killed:
            self.killed = self.accepted() - begun >= self.kill[1] and stands_still(word)
            time.sleep(0.01)
        if self.killed and self.kill:
            for unit in PARTS[self.kill[0]]:
                systemctl("kill", "--signal=KILL", unit)
        if not self.kill:
            flow.join(120)
        self.tests = self.accepted() - begun
        self.let_go()
        flow.join(60)
        return self.judged(flow)

    def arrange(self) -> None:
        self.let_go()
        systemctl("stop", "shop.service")
        CONF.write_text(BAD)
        systemctl("start", "shop.service")
        self.intents, self.starts = self.kinds().count("intent"), len(STARTS.read_text())

    def accepted(self) -> int:
        """How many tests there were: the number of the next one."""
        return int(systemctl("show", "-P", "NAccepted", "stillwatch-test.socket"))

    def let_go(self) -> None:
        """Everything goes on and comes to its end; what was killed is started again."""
        GO.write_text(str(NEVER))
        HOLD.unlink(missing_ok=True)
        wait(lambda: not running("stillwatch-act@*") and not running("stillwatch-test@*"), "the helpers to end")
        systemctl("reset-failed")
        systemctl("start", "stillwatch-gate.service")
        wait(self.answers, "the gate")

    def answers(self) -> bool:
        with contextlib.suppress(StillwatchError):
            return not say("status")["busy"]
        return False

    def kinds(self) -> list[str]:
        found, after = [], 0
        while records := say("audit", after=after, limit=500)["records"]:
            found += [record["kind"] for record in records]
            after = records[-1]["seq"]
        return found

    def judged(self, flow: Flow) -> str:
        """After the restart."""
        rows = [say("show", id=number) for number in flow.ids]
        states = [row["state"] for row in rows]
        self.ended = " then ".join(states) or f"nothing: {flow.reason}"
        intents, starts = self.kinds().count("intent") - self.intents, len(STARTS.read_text()) - self.starts
        content, whole = CONF.read_text(), verify_audit(PLACES)
        if not whole.whole and "crash" not in whole.problem:
            return f"the audit log: {whole.problem}"
        if content not in (BAD, GOOD):
            return f"half a file: {content!r}"
        if any(state not in ENDED for state in states):
            return f"a state that is none at rest: {states}"
        if intents > len(rows) or starts > 1:
            return f"{intents} intents of {len(rows)} proposals, {starts} starts"
        return self.untrue(states, content, intents)

    def untrue(self, states: list[str], content: str, intents: int) -> str:
        """The book against the host."""
        first = states[0] if states else "none"
        second = states[1] if len(states) > 1 else "none"
        changed = content == GOOD
        restored = first == "done" and second in ("none", "waiting", "failed", "unknown")
        if changed and first != "unknown" and not restored:
            return f"the file was restored, the book says {states}"
        if first == "done" and not changed and second != "unknown":
            return f"the book says {states}, and the file is as it was"
        if first == "undone" and (changed or second != "done"):
            return f"the book says {states}, and the file was restored"
        return "more was begun than is in the book" if first in ("waiting", "none") and (intents or changed) else ""


def points() -> list[tuple[str, int]]:
    """Every part at every standstill of one whole flow."""
    whole = Trial(None)
    if problem := whole.play():
        raise SystemExit(f"without a kill: {problem}")
    if whole.ended != "undone then done":
        raise SystemExit(f"without a kill it ended so: {whole.ended}")
    return [(part, number) for number in (START, *range(1, whole.tests + 1)) for part in PARTS]


def main(seed: int, count: int) -> None:
    ended: Counter[str] = Counter()
    every, kills, wrong = points(), 0, []
    random.Random(seed).shuffle(every)
    for number in range(count):
        part, standstill = every[number % len(every)]
        # How often the fault is measured differs with how soon the unit is up: a point behind the last test of a flow
        # is taken one earlier. What is judged is judged each time.
        for sooner in range(TRIES):
            point = (part, max(standstill - sooner, START))
            trial = Trial(point)
            problem = trial.play()
            if trial.killed or problem:
                break
        kills += trial.killed
        ended[trial.ended] += 1
        if problem or not trial.killed:
            wrong.append(f"{point[0]} killed at standstill {point[1]}: {problem or 'not reached'}; {trial.ended}")
    print(json.dumps({"points": len(every), "kills": kills, "ended": ended, "wrong": wrong}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
