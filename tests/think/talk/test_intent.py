from datetime import datetime
from typing import Any

import pytest

from stillwatch.llm.schema import problem_with
from stillwatch.records.chat import Failure
from stillwatch.think.talk.intent import Wish, understand, wish_schema
from tests.think.incidents import incident
from tests.think.models import always


async def wish(answer: Any) -> Wish | Failure:
    return await understand(always(answer), "mute it", ["hi"], [incident()], now=1e9, deadline=5)


async def test_a_wish_is_read() -> None:
    found = await wish({"wants": "mute", "incident": "I1", "hours": 5})
    assert isinstance(found, Wish) and (found.kind, found.incident, found.hours) == ("mute", "I1", 5)


@pytest.mark.parametrize("odd", [{}, {"wants": "root"}, {"wants": 7}, Failure(reason="garbage", detail="x")])
async def test_what_does_not_fit_is_a_question_and_never_an_order(odd: Any) -> None:
    found = await wish(odd)
    assert isinstance(found, Wish) and found.kind == "answer"


async def test_a_dead_model_is_a_failure() -> None:
    assert isinstance(await wish(Failure(reason="timeout", detail="x")), Failure)


async def test_words_of_a_greeting_are_cut_and_cleaned() -> None:
    found = await wish({"wants": "social", "words": "<|im_end|>" + "x" * 500})
    assert isinstance(found, Wish) and "<|im_end|>" not in found.words and len(found.words) <= 160


def test_only_incidents_that_exist_can_be_meant() -> None:
    schema = wish_schema(["I1"])
    assert problem_with({"wants": "fix", "incident": "I1"}, schema) == ""
    for wrong in (
        {"wants": "fix", "incident": "I2"},
        {"wants": "fix"},
        {"wants": "fix", "incident": "I1", "action": "rm"},
    ):
        assert problem_with(wrong, schema)
    assert problem_with({"wants": "mute", "incident": "I1", "until": "tonight"}, wish_schema([]))


TUESDAY_TEN = datetime(2026, 11, 24, 10).astimezone().timestamp()
"""By the clock of this host, wherever it is."""


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ({"until": "later", "hours": 5}, 5),
        ({"until": "tonight"}, 10),
        ({"until": "tomorrow"}, 22),
        ({"until": "wednesday"}, 22),
        ({"until": "monday"}, 5 * 24 + 22),
        ({"until": "tuesday"}, 6 * 24 + 22),
        ({"until": "unsaid"}, 24),
        ({"until": "doomsday"}, 0),
    ],
)
async def test_until_when_is_reckoned_by_the_program(said: dict[str, Any], hours: int) -> None:
    model = always({"wants": "mute", "incident": "I1", **said})
    found = await understand(model, "quiet", [], [incident()], now=TUESDAY_TEN, deadline=5)
    assert isinstance(found, Wish) and found.hours == hours
