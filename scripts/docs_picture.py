"""Draws docs/images/check.svg: a real `stillwatch check` on a booted machine with a fault in it. Needs root."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import struct
import subprocess
import sys
import termios
from pathlib import Path

from rich.console import Console
from rich.text import Text

from evals import scenario
from tests.support.rig import PYTHON, Machine
from tests.support.shop import open_shop, three_models

PICTURE = Path(__file__).resolve().parent.parent / "docs/images/check.svg"
WIDTH = 100
FAULT, SEED = "F02", 20


def on_a_terminal(argv: list[str]) -> tuple[int, str]:
    """Exit code and standard output of a command that believes it writes to a terminal of WIDTH columns."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 60, WIDTH, 0, 0))
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.DEVNULL)
    os.close(theirs)
    said = b""
    with contextlib.suppress(OSError):  # EIO: the other end has closed
        while block := os.read(ours, 65536):
            said += block
    os.close(ours)
    return child.wait(), said.decode().replace("\r\n", "\n")


def main() -> None:
    fault = scenario.load(FAULT)
    with Machine(kernel_log=fault.kernel_log) as machine:
        fault.inject(machine, open_shop(machine, SEED))
        machine.write("/etc/stillwatch/stillwatch.toml", three_models())
        environment = machine.stillwatch_environment() | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        command = machine.inside([PYTHON, "-m", "stillwatch", "check"], env=environment)
        code, said = on_a_terminal(command)
    if code != 1:
        sys.exit(f"check ended with {code}: {said}")
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text("$ stillwatch check", style="bold"))
    console.print(Text.from_ansi(said))
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(console.export_svg(title="stillwatch check", unique_id="check"))
    print(PICTURE)


if __name__ == "__main__":
    main()
