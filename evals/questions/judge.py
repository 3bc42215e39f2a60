"""What people ask, held against the catalogue: which topic each question reaches, counted by language and by half.

`python -m evals.questions.judge` prints the report; `--show` lists what missed in the half that is looked at. The other
half is only scored: nobody tunes the catalogue by it.
"""

from __future__ import annotations

import hashlib
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stillwatch.records.unit import UnitState
from stillwatch.think.talk.orders import order_in
from stillwatch.think.talk.understand import understand

FILE = Path(__file__).with_name("questions.toml")
NOW = 2_000_000_000.0
NAMES = ("nginx", "ssh", "postgresql", "cron", "shop", "systemd-journald", "restic-backup")
UNITS = {
    f"{name}.service": UnitState(
        name=f"{name}.service", load_state="loaded", active_state="active", sub_state="running"
    )
    for name in NAMES
}
USERS = ("root", "ann")


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """outcome: right, asked (an honest "did you mean"), wrong (another topic), order (taken for one)."""

    question: str
    language: str
    wanted: str
    got: str
    outcome: str

    @property
    def looked_at(self) -> bool:
        return hashlib.sha256(self.question.encode()).digest()[0] % 2 == 1


def judged() -> Iterator[Judged]:
    """Every question of the file."""
    for wanted, by_language in tomllib.loads(FILE.read_text("utf-8")).items():
        for language, questions in by_language.items():
            for question in questions:
                topic = understand(question, (), UNITS, now=NOW, users=USERS).topic
                got = topic.name if topic else "outside"
                outcome = "right" if got == wanted else "asked" if got == "outside" else "wrong"
                if order_in(question, UNITS) is not None:
                    outcome = "order"
                yield Judged(question=question, language=language, wanted=wanted, got=got, outcome=outcome)


def main() -> int:
    rows = list(judged())
    for half in (True, False):
        mine = [row for row in rows if row.looked_at is half]
        for language in ("all", *sorted({row.language for row in rows})):
            counted = Counter(row.outcome for row in mine if language in ("all", row.language))
            whole = sum(counted.values())
            shares = ", ".join(f"{name} {counted[name] / whole:.1%}" for name in ("right", "asked", "wrong", "order"))
            sys.stdout.write(f"{'looked at' if half else 'only scored'} {language}: {whole} questions, {shares}\n")
    if "--show" in sys.argv:
        for row in rows:
            if row.looked_at and row.outcome != "right":
                sys.stdout.write(f"{row.outcome:6} {row.wanted:14} {row.got:14} {row.question}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
