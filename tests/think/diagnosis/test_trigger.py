import pytest

from stillwatch.records.chat import Failure
from stillwatch.think.diagnosis.trigger import urgency_of, urgency_of_line
from tests.think.incidents import incident
from tests.think.models import always


@pytest.mark.parametrize("word", ["noise", "minor", "serious"])
async def test_the_word_of_the_model_is_the_urgency(word: str) -> None:
    assert await urgency_of(always({"urgency": word}), incident(), "abc123", 5) == word


@pytest.mark.parametrize("answer", [{"urgency": "healthy"}, {}, {"urgency": ["serious"]}, "serious"])
async def test_any_other_answer_is_a_failure(answer: object) -> None:
    assert isinstance(await urgency_of(always(answer), incident(), "abc123", 5), Failure)  # type: ignore[arg-type]


async def test_a_failure_stays_a_failure() -> None:
    failure = Failure(reason="timeout", detail="30 s")
    assert await urgency_of(always(failure), incident(), "abc123", 5) == failure


async def test_a_line_is_fenced_and_the_schema_offers_three_words() -> None:
    model = always({"urgency": "noise"})
    await urgency_of_line(model, "nginx: something odd", "abc123", 5)
    assert model.asked[0][-1].content == "<data abc123>\nnginx: something odd\n</data abc123>"
    assert model.schemas[0] is not None
    assert model.schemas[0]["properties"]["urgency"]["enum"] == ["noise", "minor", "serious"]
