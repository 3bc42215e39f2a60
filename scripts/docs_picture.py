"""Draws docs/images/check.svg: a real `stillwatch check` on a booted machine with a fault in it. Needs root."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from scripts.demo import broken_machine

PICTURE = Path(__file__).resolve().parent.parent / "docs/images/check.svg"
WIDTH = 100
FAULT, SEED = "F02", 20


def main() -> None:
    with broken_machine(FAULT, SEED) as (machine, _, _):
        done = machine.stillwatch(
            "check", timeout=180, env={"FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "TERM": "xterm-256color"}
        )
    if done.returncode != 1:
        sys.exit(f"check ended with {done.returncode}: {done.stderr}")
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text("$ stillwatch check", style="bold"))
    console.print(Text.from_ansi(done.stdout))
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(console.export_svg(title="stillwatch check", unique_id="check"))
    print(PICTURE)


if __name__ == "__main__":
    main()
