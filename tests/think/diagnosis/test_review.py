import pytest

from stillwatch.records.chat import Failure
from stillwatch.think.diagnosis.review import review
from tests.think.incidents import incident
from tests.think.models import always

GOOD = {"evidence": ["E1"], "cause": "port-in-use", "confidence": "high", "escalate": False}


async def test_cause_confidence_and_evidence_come_from_the_answer() -> None:
    assessment = await review(always(GOOD), incident(), "abc123", 5)
    assert not isinstance(assessment, Failure)
    assert assessment.cause is not None and assessment.cause.id == "port-in-use"
    assert (assessment.evidence, assessment.confidence, assessment.next) == (("E1",), 0.85, "tell")


async def test_escalate_is_passed_on() -> None:
    assessment = await review(always({**GOOD, "escalate": True}), incident(), "abc123", 5)
    assert not isinstance(assessment, Failure) and assessment.next == "escalate"


async def test_evidence_that_does_not_exist_does_not_count() -> None:
    assessment = await review(always({**GOOD, "evidence": ["E99", "E2", "E2"]}), incident(), "abc123", 5)
    assert not isinstance(assessment, Failure) and assessment.evidence == ("E2",)


@pytest.mark.parametrize(
    "broken",
    [{"cause": "gremlins"}, {"confidence": "certain"}, {"escalate": "yes"}, {"cause": None}],
)
async def test_an_answer_outside_the_schema_is_a_failure(broken: dict[str, object]) -> None:
    answer = await review(always({**GOOD, **broken}), incident(), "abc123", 5)
    assert isinstance(answer, Failure) and answer.reason == "garbage"


async def test_the_stable_part_of_the_prompt_comes_first_and_stays_identical() -> None:
    model = always(GOOD)
    await review(model, incident(), "abc123", 5)
    await review(model, incident(subject="db.service", summary="another"), "def456", 5)
    assert model.asked[0][0] == model.asked[1][0]
    assert "web.service" not in model.asked[0][0].content


async def test_a_suspicion_is_put_to_the_model_after_the_stable_part() -> None:
    model = always(GOOD)
    await review(model, incident(), "abc123", 5, suspicion="oom")
    await review(model, incident(), "abc123", 5)
    assert "suspect oom" in model.asked[0][-1].content
    assert "suspect" not in model.asked[1][-1].content and model.asked[0][0] == model.asked[1][0]
