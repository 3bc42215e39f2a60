"""What people ask, held against the catalogue: which topic each question reaches, counted by language and by set.

`python -m evals.questions.judge` prints the report; `--show` lists what missed in the half that is looked at. The other
half of questions.toml, and strangers.tsv, are only scored: nobody tunes or teaches the catalogue by them. strangers.tsv
was written by somebody who had seen the titles of the topics alone.
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
STRANGERS = FILE.with_name("strangers.tsv")
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
class Asked:
    """wanted: the topics that answer it, the best first; stranger: from strangers.tsv."""

    question: str
    language: str
    wanted: tuple[str, ...]
    stranger: bool = False

    @property
    def set(self) -> str:
        if self.stranger:
            return "strangers"
        return "looked at" if hashlib.sha256(self.question.encode()).digest()[0] % 2 == 1 else "only scored"

    @property
    def looked_at(self) -> bool:
        return self.set == "looked at"


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """outcome: right, asked (an honest "did you mean"), wrong (another topic), order (taken for one)."""

    asked: Asked
    got: str
    outcome: str


def asked() -> Iterator[Asked]:
    """Every question of both files."""
    for wanted, by_language in tomllib.loads(FILE.read_text("utf-8")).items():
        for language, questions in by_language.items():
            for question in questions:
                yield Asked(question=question, language=language, wanted=(wanted,))
    for line in STRANGERS.read_text("utf-8").splitlines():
        topics, language, question = line.split("\t")
        yield Asked(question=question, language=language, wanted=tuple(topics.split("|")), stranger=True)


def judged() -> Iterator[Judged]:
    for one in asked():
        topic = understand(one.question, (), UNITS, now=NOW, users=USERS).topic
        got = topic.name if topic else "outside"
        outcome = "right" if got in one.wanted else "asked" if got == "outside" else "wrong"
        if order_in(one.question, UNITS) is not None:
            outcome = "order"
        yield Judged(asked=one, got=got, outcome=outcome)


def main() -> int:
    rows = list(judged())
    for name in ("looked at", "only scored", "strangers"):
        mine = [row for row in rows if row.asked.set == name]
        for language in ("all", *sorted({row.asked.language for row in rows})):
            counted = Counter(row.outcome for row in mine if language in ("all", row.asked.language))
            whole = sum(counted.values())
            shares = ", ".join(f"{kind} {counted[kind] / whole:.1%}" for kind in ("right", "asked", "wrong", "order"))
            sys.stdout.write(f"{name} {language}: {whole} questions, {shares}\n")
    if "--show" in sys.argv:
        for row in rows:
            if row.asked.looked_at and row.outcome != "right":
                sys.stdout.write(f"{row.outcome:6} {row.asked.wanted[0]:14} {row.got:14} {row.asked.question}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
