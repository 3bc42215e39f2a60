"""The visible set of questions, by rules alone: routed within seconds, and no question is taken for an order."""

from __future__ import annotations

from evals.questions.judge import judged


def test_nine_in_ten_are_right_or_honestly_asked_back_in_each_language() -> None:
    rows = list(judged())
    assert len(rows) >= 600 and not [row.question for row in rows if row.outcome == "order"]
    for language in ("en", "de", "fr", "es"):
        for half in (True, False):
            mine = [row for row in rows if row.language == language and row.looked_at is half]
            assert sum(row.outcome != "wrong" for row in mine) >= 0.9 * len(mine), (language, half)
