"""The visible set of questions, by rules alone: routed within seconds, and no question is taken for an order."""

from __future__ import annotations

from evals.questions.judge import SETS, judged
from evals.questions.train import checksum, examples
from stillwatch.think.talk.learned import Weights, stored


def test_nine_in_ten_are_right_or_honestly_asked_back_in_each_language_and_set() -> None:
    rows = list(judged())
    assert len(rows) >= 800 and not [row.asked.question for row in rows if row.outcome == "order"]
    for language in ("en", "de", "fr", "es"):
        for name in SETS[:3]:
            mine = [row for row in rows if row.asked.language == language and row.asked.set == name]
            assert sum(row.outcome != "wrong" for row in mine) >= 0.9 * len(mine), (language, name)
    typed = [row for row in rows if row.asked.set == SETS[4]]
    assert sum(row.outcome == "right" for row in typed) >= 0.8 * len(typed) > 0


def test_the_weights_were_learned_from_the_examples_of_today() -> None:
    """Else: scripts/train-router."""
    assert Weights.read(stored()).learned.examples == checksum(examples())
