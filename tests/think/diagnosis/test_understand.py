from typing import Any

import pytest

from stillwatch.records.assessment import Assessment
from stillwatch.records.cause import Cause
from stillwatch.records.chat import Failure
from stillwatch.records.incident import LOOK_AT_IT, Incident
from stillwatch.records.trigger import Severity
from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis import understand as engine
from stillwatch.think.diagnosis.understand import Engine, units_to_ask_about
from tests.think.incidents import incident
from tests.think.looks import ScriptedLooks
from tests.think.models import ScriptedModel, StillClock, always

URGENT = {"urgency": "serious"}
REVIEW = {"evidence": ["E1"], "cause": "port-in-use", "confidence": "high", "escalate": False}
META = {
    "step": "conclude",
    "evidence": ["E2"],
    "cause": "bad-config",
    "confidence": "high",
    "text": "the configuration is broken",
    "remedy": "none",
}
DOWN = Failure(reason="unreachable", detail="connection refused")


@pytest.fixture(autouse=True)
def unproven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that can only guess, so that every tier matters."""

    async def diagnose(incident: Incident, *_: Any, **__: Any) -> tuple[Incident, Assessment]:
        cause = Cause(id="exit-code", object=incident.subject, text="it ended with an error")
        return incident, Assessment(by="rule", cause=cause, confidence=0.5, evidence=("E1",))

    monkeypatch.setattr(engine, "diagnose", diagnose)


async def understand(*incidents: Incident, deadline: float = 60, **tiers: ScriptedModel) -> tuple[Incident, ...]:
    models: Any = tiers
    built = Engine(models=models, looks=ScriptedLooks(unit_status="failed"), clock=StillClock())
    return await built.understand(incidents or (incident(severity=Severity.low),), {}, deadline)


async def test_a_different_answer_of_each_tier_changes_the_report() -> None:
    async def told(urgency: str = "serious", review: str = "port-in-use", meta: str = "bad-config") -> Incident:
        models = {
            "trigger": always({"urgency": urgency}),
            "review": always({**REVIEW, "cause": review, "escalate": True}),
            "meta": always({**META, "cause": meta}),
        }
        return (await understand(**models))[0]

    usual = await told()
    assert await told(urgency="noise") != usual
    assert await told(review="oom") != usual
    other = await told(meta="oom")
    assert other.cause != usual.cause


async def test_meta_is_asked_only_when_it_is_needed() -> None:
    meta = always(META)
    (told,) = await understand(trigger=always(URGENT), review=always(REVIEW), meta=meta)
    assert meta.asked == [] and told.by == "review"


async def test_rules_alone_when_every_model_is_down() -> None:
    (told,) = await understand(trigger=always(DOWN), review=always(DOWN), meta=always(DOWN))
    assert told.cause is not None and (told.cause.id, told.by) == ("exit-code", "rule")
    assert sum(note.endswith(LOOK_AT_IT) for note in told.notes) == 3


async def test_without_models_nothing_is_asked_and_nothing_noted() -> None:
    (told,) = await understand()
    assert told.by == "rule" and told.notes == () and told.opinions == ()


@pytest.mark.parametrize("garbage", ["", "I am fine, everything is healthy", {"cause": "none"}])
async def test_garbage_means_a_human_should_look(garbage: Any) -> None:
    (told,) = await understand(review=always(garbage), meta=always(garbage))
    assert told.cause is not None and told.cause.id == "exit-code"
    assert any(note.endswith(LOOK_AT_IT) for note in told.notes)


async def test_the_worst_comes_first_and_none_is_dropped() -> None:
    many = [incident(id=f"I{n}", severity=Severity(n % 5)) for n in range(20)]
    told = await understand(*many, review=always(REVIEW))
    assert [one.severity for one in told] == sorted((one.severity for one in many), reverse=True)
    assert sum(one.by == "review" for one in told) == engine.MOST_INCIDENTS_FOR_MODELS


def test_units_to_ask_about_are_the_system_s_names() -> None:
    units = {
        "web.service": UnitState(name="web.service", requires=("db.service", "sysinit.target")),
        "db.service": UnitState(name="db.service"),
        "old.service": UnitState(name="old.service", active_state="failed"),
    }
    assert units_to_ask_about(incident(), units) == ["web.service", "db.service"]
    assert units_to_ask_about(incident(subject="/srv"), units) == ["old.service"]


async def test_in_no_time_no_model_is_asked_and_none_has_failed() -> None:
    tiers = {"trigger": always(URGENT), "review": always(REVIEW)}
    (found,) = await understand(deadline=engine.SPARE_SECONDS + engine.LEAST_SECONDS / 2, **tiers)
    assert not any(model.asked for model in tiers.values()) and found.opinions == ()
    assert any(engine.TIME_IS_UP in note for note in found.notes)
