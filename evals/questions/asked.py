"""Every question put to booted hosts in six states, and each answer held against what the host's own programs say.

`python -m evals.questions.asked` asks all of them (as root; some minutes a host); `--state NAME` one host, `--count N
--seed S` N questions that the seed draws, `--show` every answer that is not right, with what it should have held.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.questions.judge import NOW, UNITS, USERS, Asked, asked
from evals.questions.states import STATES, Fact, prepare
from stillwatch.think.talk.topic import CANNOT
from stillwatch.think.talk.understand import understand
from tests.support.rig import PYTHON, REPOSITORY, Machine

QUESTIONER = REPOSITORY / "tests/support/questioner.py"
HONEST = re.compile("|".join(re.escape(CANNOT.in_(language).split("{")[0]) for language in ("en", "de", "fr", "es")))
OUTCOMES = ("right", "honest", "asked", "other topic", "wrong", "unchecked")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """outcome: right (every fact is there), honest (cannot see it), asked (which was meant), other topic, wrong (a fact
    is missing), unchecked (no fact is known of this topic here). missing: the facts that are not in the text."""

    asked: Asked
    text: str
    outcome: str
    missing: tuple[str, ...] = ()


def outcome(one: Asked, text: str, facts: Sequence[Fact]) -> Answered:
    topic = understand(one.question, (), UNITS, now=NOW, users=USERS).topic
    name = topic.name if topic else "outside"
    if name not in one.wanted:
        return Answered(asked=one, text=text, outcome="asked" if name == "outside" else "other topic")
    mine = [fact for fact in facts if fact.about(name, one.question)]
    missing = tuple(fact.holds for fact in mine if not re.search(fact.holds, text, re.DOTALL))
    if HONEST.search(text):
        return Answered(asked=one, text=text, outcome="honest", missing=missing)
    return Answered(
        asked=one, text=text, outcome="wrong" if missing else "right" if mine else "unchecked", missing=missing
    )


def put(machine: Machine, questions: Sequence[Asked], facts: Sequence[Fact]) -> Iterator[Answered]:
    """The installed daemon answers, by rules alone."""
    program = [PYTHON, "-c", QUESTIONER.read_text(), "daemon"]
    said = "".join(f"{one.question}\n" for one in questions)
    done = machine.run(program, input=said, env=machine.stillwatch_environment(), timeout=60 + len(questions))
    for one, line in zip(questions, done.stdout.splitlines(), strict=True):
        yield outcome(one, str(json.loads(line)["text"]), facts)


def drawn(count: int, seed: int) -> list[Asked]:
    """count: 0 for all."""
    every = list(asked())
    return random.Random(seed).sample(every, count) if count else every


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--state", choices=STATES, action="append")
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true")
    words = parser.parse_args()
    for name in words.state or STATES:
        with Machine() as machine:
            facts = prepare(machine, STATES[name])
            rows = list(put(machine, drawn(words.count, words.seed), facts))
        counted = Counter(row.outcome for row in rows)
        told = ", ".join(f"{kind} {counted[kind]}" for kind in OUTCOMES)
        sys.stdout.write(f"{name}: {len(rows)} questions, {told}\n")
        for row in rows if words.show else ():
            if row.outcome in ("wrong", "honest"):
                told = f"    {row.text[:300]!r}\n    missing: {row.missing}\n"
                sys.stdout.write(f"{row.outcome:7} {row.asked.wanted[0]:14} {row.asked.question}\n{told}")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
