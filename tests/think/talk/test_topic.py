from __future__ import annotations

from stillwatch.think.talk.named import Named
from stillwatch.think.talk.topic import Asking, Words

from .hosts import CLOCK, TypedLooks, known


def asking(**more: object) -> Asking:
    return Asking(question="?", language="es", named=Named(), known=known(), looks=TypedLooks(), clock=CLOCK, **more)  # type: ignore[arg-type]


async def test_sentences_cite_the_look_that_they_rest_on() -> None:
    ask = asking()
    seen = await ask.look("memory")
    ask.say(Words(en="{a} is so.", de="{a} ist so.", fr="{a} l'est."), seen, a="x [E9]\ny")
    assert ask.text() == "x (E9] y is so. [E1]", "Spanish falls back to English, and no value cites by itself"


async def test_rows_are_bounded_and_their_subjects_are_kept() -> None:
    ask = asking()
    for number in range(40):
        ask.row(number, subject=f"{number}.service")
    assert ask.text().count("\n- ") <= 14 and "+28" in ask.text() and len(ask.subjects) == 40


async def test_nothing_to_look_with_is_told() -> None:
    ask = asking()
    ask.looks = None
    ask.cannot(await ask.look("memory"), "free -h")
    assert "free -h" in ask.text() and not ask.evidence
