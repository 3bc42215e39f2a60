"""Boots the shop with Stillwatch installed, breaks it, shows what is proposed, and leaves the mending to a person.

usage: python scripts/demo.py [FAULT [SEED]]   FAULT: words of the list that it prints without one, or an id (F02)
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from evals import scenario
from tests.support import rig
from tests.support.doors import Doors
from tests.support.mending import CONFIGURATION, configuration, install, policy
from tests.support.rig import Machine
from tests.support.shop import open_shop

HOST = "shop"
SECONDS = 90.0
BOLD, PLAIN, AGAIN = ("\033[1m", "\033[0m", "\r") if sys.stderr.isatty() else ("", "", "")


def say(text: str = "") -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def phase(text: str) -> Iterator[None]:
    """One line for what takes a while, with its time."""
    began = time.monotonic()
    if BOLD:
        print(f"… {text}", end="", file=sys.stderr, flush=True)
    try:
        yield
    except BaseException:
        say(f"{AGAIN}✗ {text}")
        raise
    say(f"{AGAIN}✓ {text:<70} {time.monotonic() - began:.1f} s")


def faults() -> dict[str, str]:
    """Plain name → folder of each scenario that can be mended."""
    return {name.partition("-")[2]: name for name in scenario.names() if scenario.load(name).actions}


def chosen(words: list[str]) -> list[str]:
    """The folders that the words mean: an id, a name, or words of a name or title."""
    wanted = " ".join(words).casefold()
    known = faults()
    exact = [folder for name, folder in known.items() if wanted in (name, folder.casefold(), folder[:3].casefold())]
    titles = {folder: re.findall(r"\w+", scenario.load(folder).title.casefold()) for folder in known.values()}
    parts = wanted.replace("-", " ").split()
    by_name = [known[name] for name in known if parts and set(parts) <= set(name.split("-"))]
    by_title = [folder for folder, title in titles.items() if parts and set(parts) <= set(title)]
    return exact or by_name or by_title


def menu(folders: list[str]) -> str:
    rows = (f"  scripts/demo {folder.partition('-')[2]:<16} {scenario.load(folder).title}" for folder in folders)
    return "\n".join(rows)


def show(machine: Machine, *words: str) -> None:
    """What the command says in the machine, as a person there would see it."""
    say(f"\n{BOLD}{HOST}$ stillwatch {' '.join(words)}{PLAIN}")
    subprocess.run(machine.inside(["stillwatch", *words], env=environment()), check=False, stdin=subprocess.DEVNULL)


def environment() -> dict[str, str]:
    told = {name: os.environ[name] for name in ("TERM", "COLORTERM", "NO_COLOR", "COLUMNS") if name in os.environ}
    return {"HOME": "/root", "PS1": f"root@{HOST}:\\w# ", **told}


def hand_over(machine: Machine) -> None:
    """A shell in the machine, until the person leaves it; Ctrl-C is the shell's."""
    shell = machine.inside(["bash", "--norc"], env=environment())
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        subprocess.run(shell, check=False, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    finally:
        signal.signal(signal.SIGINT, before)


def instructions(proposal: str) -> str:
    rows = [
        (f"stillwatch approvals approve {proposal}", "see exactly what would be done, and have it done"),
        ("stillwatch status", "how the machine stands now"),
        ("stillwatch audit", "the record of what was decided and done, and by whom"),
        ("exit", "leave; the machine is gone then"),
    ]
    lines = [f"  {BOLD}{command:<36}{PLAIN}{why}" for command, why in rows]
    return "\n".join(["", f"{BOLD}You are root on the broken machine now.{PLAIN} Type:", *lines, ""])


def look_on(machine: Machine) -> dict[str, Any] | None:
    """Wait for a proposal, and show what was found; None where none came."""
    with phase("Stillwatch notices, looks for the cause, and proposes a change"):
        end = time.monotonic() + SECONDS
        while not (found := Doors(machine).approvals()) and time.monotonic() < end:
            time.sleep(0.2)
    show(machine, "status")
    return found[0] if found else None


def result(machine: Machine, mended: bool) -> int:
    records = [json.loads(line) for line in machine.stillwatch("audit", "show", "--json").stdout.splitlines()]
    if not any(record["kind"] == "approved" for record in records):
        say("\nNothing was approved, so nothing was changed.")
        return 0
    show(machine, "audit")
    say()
    say("✓ the fault is gone: it was tried again" if mended else "✗ the fault is still there: it was tried again")
    return 0 if mended else 1


def main() -> int:
    words = [word for word in sys.argv[1:] if not word.isdigit()]
    seed = next((int(word) for word in sys.argv[1:] if word.isdigit()), random.randrange(1_000_000))
    if not words:
        say(f"What shall break?\n\n{menu(list(faults().values()))}")
        return 0
    found = chosen(words)
    if len(found) != 1:
        several = (
            f"{' '.join(words)!r} may mean several; say which:"
            if found
            else f"no fault {' '.join(words)!r}; there are:"
        )
        say(f"{several}\n\n{menu(found or list(faults().values()))}")
        return 2
    fault = scenario.load(found[0])
    with phase("a Debian to boot (a minute, the first time)"):
        rig.rootfs()
    with rig.named(HOST) as arguments, Machine(kernel_log=fault.kernel_log, arguments=arguments) as machine:
        with phase("a small shop is opened on a booted machine"):
            shop = open_shop(machine, seed)
        with phase("Stillwatch is installed on it; it may only suggest"):
            machine.write(CONFIGURATION, configuration("suggest"))
            install(machine, policy(shop))
        with phase(f"and it breaks: {fault.title}"):
            fault.inject(machine, shop)
        proposal = look_on(machine)
        say(instructions(proposal["id"]) if proposal else "\nIt proposes nothing; `stillwatch incidents` says why.\n")
        hand_over(machine)
        return result(machine, fault.verified(machine, shop))


if __name__ == "__main__":
    sys.exit(main())
