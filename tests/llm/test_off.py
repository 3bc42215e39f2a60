from __future__ import annotations

from stillwatch.llm.off import Off
from stillwatch.records.chat import Failure, Message

ASK = [Message(role="user", content="x")]


async def test_every_call_says_that_it_is_off() -> None:
    model = Off("switched off")
    outcome = await model.chat(ASK)
    streamed = [piece async for piece in model.stream(ASK)]
    assert outcome == Failure(reason="off", detail="switched off")
    assert streamed == [outcome]
    assert await model.health() == ("off", "switched off")
    assert await model.context_size() == 0
    assert await model.count_tokens("some words") > 1
    assert model.meter.as_json()["calls"] == 0
    assert await Off("no file", state="missing").health() == ("missing", "no file")
