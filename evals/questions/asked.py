"""Every question put to booted hosts in six states, and each answer held against what the host's own programs say.

`python -m evals.questions.asked` asks all of them (as root; some minutes a host); `--state NAME` one host, `--set NAME`
one set of questions, `--count N --seed S` N that the seed draws, `--show` every answer that is not right, with what it
should have held. `--writer FILE` has a model of the model directory choose and write, as in a chat, and prints what it
has added, to be read; `--worded` asks only what it may add words to, or has to choose.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import mean

import msgspec

from evals.questions.judge import SETS, Asked, asked, reached
from evals.questions.states import STATES, Fact, prepare
from stillwatch.think.talk.catalogue import catalogue
from stillwatch.think.talk.topic import CANNOT
from tests.support.doors import Doors
from tests.support.rig import MODELS_INSIDE, PYTHON, REPOSITORY, Machine

QUESTIONER = REPOSITORY / "tests/support/questioner.py"
HONEST = re.compile("|".join(re.escape(CANNOT.in_(language).split("{")[0]) for language in ("en", "de", "fr", "es")))
SOME, MANY = 5, 25
"""Questions that one start asks: of a writer, by rules alone."""
OUTCOMES = ("right", "honest", "asked", "other topic", "wrong", "unchecked")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """outcome: right (every fact is there), honest (cannot see it), asked (which was meant), other topic, wrong (a fact
    is missing), unchecked (no fact is known of this topic here). missing: the facts that are not in the text."""

    asked: Asked
    text: str
    outcome: str
    missing: tuple[str, ...] = ()
    words: Said | None = None


class Said(msgspec.Struct, frozen=True):
    """What the questioner prints. by, first: of a chat."""

    text: str
    seconds: float
    by: str = "rule"
    first: float = 0.0


def outcome(one: Asked, text: str, facts: Sequence[Fact]) -> Answered:
    name = reached(one)
    if name not in one.wanted:
        return Answered(asked=one, text=text, outcome="asked" if name == "outside" else "other topic")
    mine = [fact for fact in facts if fact.about(name, one.question)]
    missing = tuple(fact.holds for fact in mine if not re.search(fact.holds, text, re.DOTALL))
    if HONEST.search(text):
        return Answered(asked=one, text=text, outcome="honest", missing=missing)
    return Answered(
        asked=one, text=text, outcome="wrong" if missing else "right" if mine else "unchecked", missing=missing
    )


def put(
    machine: Machine, questions: Sequence[Asked], facts: Sequence[Fact], *, chat: bool = False
) -> Iterator[Answered]:
    """The installed daemon answers, by rules alone; in a chat with its models, too."""
    program = [PYTHON, "-c", QUESTIONER.read_text(), "daemon", *(["chat"] if chat else [])]
    some, seconds = (SOME, 120) if chat else (MANY, 10)
    for start in range(0, len(questions), some):
        these = questions[start : start + some]
        asked = "".join(f"{one.question}\n" for one in these)
        timeout = 60 + seconds * len(these)
        done = machine.run(program, input=asked, env=machine.stillwatch_environment(), timeout=timeout)
        for one, line in zip(these, done.stdout.splitlines(), strict=True):
            said = msgspec.json.decode(line, type=Said)
            yield replace(outcome(one, said.text, facts), words=said)


def waive(machine: Machine) -> None:
    """No writer: rules alone."""


def give_writer(machine: Machine, file: str) -> None:
    """The installed daemon writes with this model of the model directory alone."""
    done = machine.stillwatch(
        "models", "import", str(MODELS_INSIDE / file), env={"STILLWATCH_MODEL_DIR": ""}, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    others = "".join(f"[llm.{tier}]\nenabled = false\n" for tier in ("trigger", "review"))
    machine.write("/etc/stillwatch/stillwatch.toml", f'{others}[llm.meta]\nmodel = "{file.removesuffix(".gguf")}"\n')
    machine.run(["systemctl", "restart", "stillwatch.service"])
    doors = Doors(machine)
    machine.wait(
        lambda: doors.watches() and doors.status().get("tiers", {}).get("meta", {}).get("state") == "ready",
        "the writer",
        seconds=180,
    )


def drawn(count: int, seed: int, sets: Collection[str] = SETS, *, worded: bool = False) -> list[Asked]:
    """Of those that are questions by themselves. count: 0 for all; worded: of topics that a model may add words to, or
    that it has to choose."""
    alone = (one for one in asked() if one.set in sets and not one.before)
    every = [one for one in alone if not any(wanted.startswith("order:") for wanted in one.wanted)]
    if worded:
        every = [one for one in every if (name := reached(one)) == "outside" or catalogue()[name].explains]
    return random.Random(seed).sample(every, count) if count else every


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--state", choices=STATES, action="append")
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--set", choices=SETS, action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--writer", default="")
    parser.add_argument("--worded", action="store_true")
    words = parser.parse_args()
    for name in words.state or STATES:
        with Machine() as machine:
            facts = prepare(machine, STATES[name], partial(give_writer, file=words.writer) if words.writer else waive)
            questions = drawn(words.count, words.seed, words.set or SETS, worded=words.worded)
            rows = list(shown(put(machine, questions, facts, chat=bool(words.writer))))
        counted = Counter(row.outcome for row in rows)
        told = ", ".join(f"{kind} {counted[kind]}" for kind in OUTCOMES)
        sys.stdout.write(f"{name}: {len(rows)} questions, {told}; {took(rows, chat=bool(words.writer))}\n")
        sys.stdout.write(f"    slowest topics: {slowest(rows)}\n")
        for row in rows:
            if words.show and row.outcome in ("wrong", "honest"):
                told = f"    {row.text[:300]!r}\n    missing: {row.missing}\n"
                sys.stdout.write(f"{row.outcome:7} {row.asked.wanted[0]:14} {row.asked.question}\n{told}")
        sys.stdout.flush()
    return 0


def shown(rows: Iterator[Answered]) -> Iterator[Answered]:
    """Prints as it comes what a model has added, and what was taken for an order."""
    for row in rows:
        if row.words is not None and row.words.by in ("meta", "gate"):
            sys.stdout.write(f"by {row.words.by}: {row.asked.question}\n{row.text}\n\n")
            sys.stdout.flush()
        yield row


def slowest(rows: Sequence[Answered], most: int = 8) -> str:
    """By the mean until an answer was whole."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.words is not None:
            seconds[reached(row.asked)].append(row.words.seconds)
    ranked = sorted(((mean(of), name) for name, of in seconds.items()), reverse=True)
    return ", ".join(f"{name} {share:.2f} s" for share, name in ranked[:most])


def took(rows: Sequence[Answered], *, chat: bool) -> str:
    """Until the answer was whole; in a chat, until something was to be seen, and how many the model added to."""
    said = [row.words for row in rows if row.words is not None]
    seconds = sorted(one.first if chat else one.seconds for one in said)
    half, most, last = (seconds[int(share * (len(seconds) - 1))] for share in (0.5, 0.95, 1.0))
    times = f"half in {half:.3f} s, 95 % in {most:.3f} s, the last in {last:.3f} s"
    if not chat:
        return f"answers: {times}"
    by = Counter(one.by for one in said)
    return f"first seen: {times}; with words of the model {by['meta']}, by the gate {by['gate']}"


if __name__ == "__main__":
    raise SystemExit(main())
