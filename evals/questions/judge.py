"""What people ask, held against the catalogue: which topic each question reaches, counted by language and by set.

`python -m evals.questions.judge` prints the report; `--show` lists what missed in the half that is looked at. The other
half of questions.toml, strangers.tsv and those of administrators.tsv that say so are only scored: nobody tunes or
teaches the catalogue by them. strangers.tsv was written by somebody who had seen the titles of the topics alone;
administrators.tsv as people type, with follow-ups (" >> ") and orders. No question of these two teaches the router.
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
ADMINISTRATORS = FILE.with_name("administrators.tsv")
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
    """wanted: the topics that answer it, the best first, or "order:" and its kind, or its action and unit; before: what
    was asked before it; set: of whom it is, and whether it is only scored."""

    question: str
    language: str
    wanted: tuple[str, ...]
    set: str
    before: tuple[str, ...] = ()

    @property
    def looked_at(self) -> bool:
        return self.set == LOOKED_AT


LOOKED_AT = "looked at"
SETS = (LOOKED_AT, "only scored", "strangers", "administrators, looked at", "administrators, only scored")


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """outcome: right, asked (an honest "did you mean"), wrong (another topic, or no order), order (taken for one)."""

    asked: Asked
    got: str
    outcome: str


def asked() -> Iterator[Asked]:
    """Every question of the three files."""
    for wanted, by_language in tomllib.loads(FILE.read_text("utf-8")).items():
        for language, questions in by_language.items():
            for question in questions:
                half = hashlib.sha256(question.encode()).digest()[0] % 2
                yield Asked(question=question, language=language, wanted=(wanted,), set=SETS[1 - half])
    for line in STRANGERS.read_text("utf-8").splitlines():
        topics, language, question = line.split("\t")
        yield Asked(question=question, language=language, wanted=tuple(topics.split("|")), set="strangers")
    for line in ADMINISTRATORS.read_text("utf-8").splitlines():
        kind, topics, language, questions = line.split("\t")
        *before, question = questions.split(" >> ")
        wanted, of = tuple(topics.split("|")), f"administrators, {kind}"
        yield Asked(question=question, language=language, wanted=wanted, before=tuple(before), set=of)


def reached(one: Asked) -> str:
    """The topic or order that it is taken for; "outside" where it is not understood."""
    if order := order_in(one.question, UNITS):
        return f"order:{order.action} {order.target}" if order.kind == "act" else f"order:{order.kind}"
    topic = understand(one.question, one.before, UNITS, now=NOW, users=USERS).topic
    return topic.name if topic else "outside"


def judged() -> Iterator[Judged]:
    for one in asked():
        got = reached(one)
        if got in one.wanted or ("order:none" in one.wanted and not got.startswith("order:")):
            outcome = "right"
        elif got.startswith("order:"):
            outcome = "order"
        else:
            outcome = "asked" if got == "outside" else "wrong"
        yield Judged(asked=one, got=got, outcome=outcome)


def main() -> int:
    rows = list(judged())
    for name in SETS:
        mine = [row for row in rows if row.asked.set == name]
        for language in ("all", *sorted({row.asked.language for row in rows})):
            counted = Counter(row.outcome for row in mine if language in ("all", row.asked.language))
            whole = max(sum(counted.values()), 1)
            shares = ", ".join(f"{kind} {counted[kind] / whole:.1%}" for kind in ("right", "asked", "wrong", "order"))
            sys.stdout.write(f"{name} {language}: {whole} questions, {shares}\n")
    if "--show" in sys.argv:
        for row in rows:
            if "looked at" in row.asked.set and row.outcome != "right":
                sys.stdout.write(f"{row.outcome:6} {row.asked.wanted[0]:14} {row.got:14} {row.asked.question}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
