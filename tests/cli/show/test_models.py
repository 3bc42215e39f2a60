"""Models on paper: who is here, who is small, who gets which."""

from __future__ import annotations

from pathlib import Path

from stillwatch.cli.show.models import NO_WORDS, byte_bar, model_lines, models_view, verdict_lines
from stillwatch.llm.models import Model
from stillwatch.views.shape import plain
from tests.support.facts import facts

HERE = Model(name="mine", path=Path("/m/mine.gguf"), size=1_117_320_768, source="file")
AWAY = Model(name="smollm2-135m", path=None, size=98_362_432, licence="Apache-2.0", tiers=("trigger",), memory_gib=1)
ASSIGNED: dict[str, Path | str] = {"trigger": "no model\x1b", "meta": Path("/m/mine.gguf")}


def test_rows() -> None:
    *rows, where = [each.text for each in model_lines([AWAY, HERE], ASSIGNED, Path("/m"))]  # type: ignore[arg-type]
    assert rows == [
        f"  smollm2-135m         98.4 MB · Apache-2.0 · for trigger · from 1 GB of memory · {NO_WORDS}",
        "✓ mine                 1.1 GB",
        "",
        "trigger  no model",
        "meta     mine.gguf",
    ]
    assert facts(where) == ["/m"]


def test_json() -> None:
    value = models_view([AWAY, HERE], ASSIGNED, Path("/m"))  # type: ignore[arg-type]
    assert plain(value.tiers) == {
        "trigger": {"model": None, "problem": "no model\x1b"},
        "meta": {"model": "/m/mine.gguf", "problem": None},
    }


def test_verdicts() -> None:
    rows = [each.text for each in verdict_lines({"a": "whole", "b": "unknown"})]
    assert [row.split()[:2] for row in rows] == [["✓", "a"], ["?", "b"]]


def test_the_bar_is_silent_where_nobody_looks() -> None:
    with byte_bar("copying") as tell:
        tell(1, 2)
