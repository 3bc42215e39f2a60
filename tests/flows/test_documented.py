"""README and "Living with Stillwatch": every command in them, word for word and in order, on a fresh Debian host; then
every command that stands within a sentence of any page."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import termios
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support import fresh
from tests.support.doors import Doors
from tests.support.guides import commands, inline_commands
from tests.support.rig import Machine
from tests.test_structure import REPOSITORY

pytestmark = pytest.mark.container
CLONE = "/root/stillwatch"
PAGES = ("README.md", "docs/living-with-it.md")
ELSEWHERE = {
    "scripts/demo port": "tests/flows/test_demo.py types it",
}
ENDS_WITH = {
    "stillwatch models pull qwen3-1.7b": {5},  # there is no network
    "stillwatch status": {0, 1, 5},  # as it finds the host
    "stillwatch explain action restart_unit nginx.service": {3},
    "stillwatch undo": {0, 4},  # what a restart did cannot be taken back
    "stillwatch undo A-1": {0, 4},
}
LEFT_BY = {".venv/bin/stillwatch up ": ("Ctrl-C", b"\x03"), "stillwatch chat": ("", b"exit\n")}
"""How what runs for ever begins: once it has said this, a person leaves it with these keys."""
WITHIN_SENTENCES = ("README.md", "CONTRIBUTING.md", "docs/*.md", "docs/connect/*.md")
NAMES = frozenset(f"stillwatch {name}" for name in ("autonomy set", "backup", "gate", "keys", "run", "up"))
"""They name a command; as they stand there they run for ever, or lack an argument."""
SENTENCES_END_WITH = {
    "stillwatch approvals approve A-17": {4},  # no such proposal
    "stillwatch approvals enroll": {0},
    'stillwatch ask "why is nginx down?"': {0, 1, 5},
    "stillwatch check": {0, 1, 5},
    "stillwatch doctor": {0, 1},
    "stillwatch eval": {5},  # it boots machines of its own, for which a fresh host has no programs
    "stillwatch explain action undo A-1": {0, 3, 4},
    "stillwatch models engine build": {5},  # no compiler, and no network
    "stillwatch status": {0, 1, 5},
}


@dataclass
class Typed:
    code: int
    said: str


@pytest.fixture(scope="module")
def newcomer() -> Iterator[Machine]:
    if problem := fresh.missing():
        pytest.skip(problem)
    with fresh.host() as machine:
        fresh.clone(machine.root / CLONE[1:])
        yield machine


def type_in(machine: Machine, command: str) -> Typed:
    """As a person at a terminal of that machine, who says yes when asked, and leaves what would run for ever."""
    shown, keys = next((left for begin, left in LEFT_BY.items() if command.startswith(begin)), ("", b""))
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
    argv = machine.inside(["setsid", "--ctty", "bash", "-c", f"cd {CLONE} && {command}"], env=fresh.ENVIRONMENT)
    child = subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    said, answered = "", 0
    while True:
        try:
            said += os.read(ours, 65536).decode(errors="replace")
        except OSError:  # EIO: the other end has closed
            break
        if said.count("[y/N]") > answered:
            answered += 1
            os.write(ours, b"y\n")
        if keys and shown in said:
            os.write(ours, keys)
            keys = b""
    os.close(ours)
    return Typed(child.wait(60), said)


def break_the_web_server(machine: Machine) -> None:
    """So that there is something to approve, with the id that the page names."""
    machine.wait(Doors(machine).watches, "the daemon to watch", seconds=180)
    machine.run(["systemctl", "kill", "--signal=KILL", "nginx.service"])
    (one,) = machine.wait(Doors(machine).approvals, "a proposal", seconds=120)
    assert one["id"] == "A-1"


@pytest.mark.timeout(1200)
def test_every_command_of_the_pages_works_as_it_is_written(newcomer: Machine) -> None:
    typed = [command for page in PAGES for command in commands(page) if command not in ELSEWHERE]
    assert {"scripts/try", "/opt/stillwatch-pip/bin/pip install .", "stillwatch audit verify"} <= set(typed) and set(
        ENDS_WITH
    ) <= set(typed)
    for command in typed:
        if command == "stillwatch approvals":
            break_the_web_server(newcomer)
        done = type_in(newcomer, command)
        print(f"$ {command}\n{done.said}")
        assert done.code in ENDS_WITH.get(command, {0}), (command, done.code, done.said[-3000:])
        assert "Traceback" not in done.said and "unexpected" not in done.said
    type_what_sentences_name(newcomer, set(typed))


def type_what_sentences_name(machine: Machine, typed: set[str]) -> None:
    """The rest of the commands, those last that take Stillwatch away."""
    pages = sorted({path.relative_to(REPOSITORY) for glob in WITHIN_SENTENCES for path in REPOSITORY.glob(glob)})
    named = {command for page in pages for command in inline_commands(str(page))} - typed - NAMES
    assert set(SENTENCES_END_WITH) <= named | typed
    wrong = []
    for command in sorted(named, key=lambda one: ("uninstall" in one, one)):
        done = type_in(machine, command)
        print(f"$ {command}\n{done.said}")
        odd = "Traceback" in done.said or "unexpected" in done.said
        if odd or done.code not in SENTENCES_END_WITH.get(command, {0}):
            wrong.append((command, done.code, done.said[-800:]))
    assert not wrong
