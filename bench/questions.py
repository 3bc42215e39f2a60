"""What an answer by rules alone costs: seconds until it is whole, and processor time of all that works for it.

Boots one calm host and asks a question of each topic three times (root, systemd-nspawn). The processor
time is what the whole host used meanwhile.
usage: python -m bench.questions
"""

from __future__ import annotations

import json
import statistics

from evals.questions.asked import QUESTIONER
from evals.questions.judge import asked, reached
from evals.questions.states import STATES, prepare
from tests.support.rig import PYTHON, Machine

TIMES = 3


def main() -> int:
    of_topic = {one.wanted[0]: one.question for one in asked() if not one.before and reached(one) in one.wanted}
    questions = [question for name, question in sorted(of_topic.items()) if not name.startswith("order:")]
    with Machine() as machine:
        prepare(machine, STATES["calm"])
        program = [PYTHON, "-c", QUESTIONER.read_text(), "daemon"]
        said = "".join(f"{question}\n" for question in questions) * TIMES
        done = machine.run(program, input=said, env=machine.stillwatch_environment(), timeout=900)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    best = sorted(
        (min(row["seconds"] for row in mine), min(row["cpu"] for row in mine), question)
        for question in questions
        if (mine := [row for row in rows if row["question"] == question])
    )
    for name, place in (("seconds until whole", 0), ("processor seconds", 1)):
        figures = sorted(float(row[place]) for row in best)
        print(f"{name}: half {statistics.median(figures):.3f}, 95 % {figures[int(0.95 * (len(figures) - 1))]:.3f}")
    for seconds, used, question in best[-12:]:
        print(f"{seconds:.3f} s, {used:.2f} s of processor: {question}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
