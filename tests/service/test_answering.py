"""One way to answer, whoever asks: what happens comes in the order in which it happens."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from stillwatch.records.saying import Citation, Looking, Saying, Text, Thinking
from stillwatch.service.answering import Answering, Question
from stillwatch.service.asking import PlainWords
from stillwatch.untrusted.for_page import CitationFilter
from tests.think.models import in_turn
from tests.think.talk.hosts import CLOCK, TypedLooks, known

QUESTION = Question(text="why is nginx down?")


@pytest.mark.parametrize("words", [PlainWords, CitationFilter])
async def test_looks_then_facts_then_what_they_rest_on(words: Any) -> None:
    heard = list[Saying]()
    answering = Answering(known=known(), looks=TypedLooks(), clock=CLOCK, words=words)
    _, ended = await answering.answer(QUESTION, heard.append)
    kinds = [type(event) for event in heard]
    assert kinds == sorted(kinds, key=[Looking, Text, Citation].index) and set(kinds) == {Looking, Text, Citation}
    assert (ended.by, ended.note) == ("rule", "")


async def test_a_model_that_is_not_there_is_told_and_one_that_thinks_is_heard_apart() -> None:
    heard = list[Saying]()
    parts = {"known": known(), "looks": TypedLooks(), "clock": CLOCK, "words": PlainWords}
    _, ended = await Answering(**parts, writing=lambda: nullcontext("it is off")).answer(QUESTION, heard.append)
    assert "it is off" in ended.note and ended.by == "rule"
    model = in_turn("<think>hm [E1]</think>x")
    await Answering(**parts, writing=lambda: nullcontext(model)).answer(QUESTION, heard.append)
    assert [event.text for event in heard if isinstance(event, Thinking)] == ["hm [E1]"]
