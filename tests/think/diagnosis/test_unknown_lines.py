from typing import Any

import pytest

from stillwatch.records.chat import Failure
from stillwatch.records.event import Untrusted
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.think.diagnosis.unknown_lines import MOST_LINES, WAITING, UnknownLines, faults_among
from stillwatch.watch.novelty import Novel
from tests.think.incidents import incident
from tests.think.models import ScriptedModel, StillClock, always

FAULT = {"evidence": ["E1"], "cause": "hardware", "confidence": "high", "escalate": False}
SERIOUS = {"urgency": "serious"}
DOWN = Failure(reason="timeout", detail="")


def line(subject: str = "fan.service", priority: int | None = 3) -> Novel:
    said = Untrusted("rotor stuck")
    return Novel(template=said, sample=said, subject=subject, count=3, first=1.0, last=9.0, priority=priority)


async def judged(*lines: Novel, known: Any = (), **tiers: ScriptedModel) -> list[Trigger]:
    models: Any = tiers
    return await faults_among(lines, known, models, host="h", clock=StillClock(), seconds=9)


async def test_both_tiers_must_agree() -> None:
    (trigger,) = await judged(line(), trigger=always(SERIOUS), review=always(FAULT))
    assert (trigger.subject, trigger.cause, trigger.severity) == ("fan.service", "hardware", Severity.low)
    assert not trigger.trusted


@pytest.mark.parametrize(
    ("urgency", "verdict"),
    [
        ({"urgency": "minor"}, FAULT),
        ({"urgency": "noise"}, FAULT),
        (SERIOUS, {**FAULT, "cause": "other"}),
        (SERIOUS, {**FAULT, "confidence": "medium"}),
        (SERIOUS, {**FAULT, "evidence": []}),
        (DOWN, FAULT),
        (SERIOUS, DOWN),
    ],
)
async def test_one_doubt_is_enough_to_stay_silent(urgency: Any, verdict: Any) -> None:
    assert await judged(line(), trigger=always(urgency), review=always(verdict)) == []


async def test_without_both_models_nothing_is_made_up() -> None:
    assert await judged(line(), trigger=always(SERIOUS)) == []
    assert await judged(line()) == []


async def test_only_errors_are_asked_about_and_only_a_few() -> None:
    model = always({"urgency": "noise"})
    many = [line(subject=f"s{n}.service") for n in range(20)]
    await judged(line(priority=4), line(priority=None), *many, trigger=model, review=always(FAULT))
    assert len(model.asked) == MOST_LINES


async def test_what_an_incident_already_tells_is_not_told_twice() -> None:
    lines = [line(subject="web.service")]
    assert await judged(*lines, known=[incident()], trigger=always(SERIOUS), review=always(FAULT)) == []


async def wondered(unknown_lines: UnknownLines, **tiers: ScriptedModel) -> list[Trigger]:
    models: Any = tiers
    return await unknown_lines.judge([], models, host="h", clock=StillClock())


async def test_lines_wait_for_both_models_and_are_judged_a_few_at_a_time() -> None:
    unknown_lines, small, second = UnknownLines(), always(SERIOUS), always(FAULT)
    unknown_lines.hear([line(f"s{n}.service") for n in range(MOST_LINES + 1)])
    assert await wondered(unknown_lines) == [] == await wondered(unknown_lines, trigger=small)
    assert len(await wondered(unknown_lines, trigger=small, review=second)) == MOST_LINES
    assert len(await wondered(unknown_lines, trigger=small, review=second)) == 1
    assert await wondered(unknown_lines, trigger=small, review=second) == [] and len(small.asked) == MOST_LINES + 1


async def test_only_the_gravest_wait_and_no_more_than_fit() -> None:
    unknown_lines, small = UnknownLines(), always({"urgency": "noise"})
    unknown_lines.hear([line(priority=4), line(priority=None)])
    assert await wondered(unknown_lines, trigger=small, review=small) == [] and small.asked == []
    unknown_lines.hear([line("late.service") for _ in range(2 * WAITING)])
    unknown_lines.hear([line("grave.service", priority=0)])
    await wondered(unknown_lines, trigger=small, review=small)
    assert "grave.service" in small.asked[0][-1].content
    for _ in range(WAITING):
        await wondered(unknown_lines, trigger=small, review=small)
    assert len(small.asked) == WAITING
