from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from stillwatch.llm.backend import OpenAIBackend, _Said
from stillwatch.llm.estimate import tokens_at_most
from stillwatch.llm.llama_extras import BAD_KEY
from stillwatch.llm.wire import Babble, decode_completion
from stillwatch.records.chat import Answer, Failure, Message, Thought
from tests.support.scripted_llm import ScriptedLLM

ASK = [Message(role="system", content="You name causes."), Message(role="user", content="why is nginx down?")]
SCHEMA = {
    "type": "object",
    "properties": {"cause": {"enum": ["oom", "disk-full"]}, "sure": {"type": "boolean"}},
    "required": ["cause", "sure"],
    "additionalProperties": False,
}


async def no_sleep(seconds: float) -> None:
    await asyncio.sleep(0)


def backend(server: ScriptedLLM, clock: Any, **more: Any) -> OpenAIBackend:
    return OpenAIBackend(server.url, clock=clock, sleep=no_sleep, **more)


async def left(server: ScriptedLLM, seconds: float = 5.0) -> bool:
    return await asyncio.to_thread(server.client_left, seconds)


async def test_answer_follows_the_schema_and_is_metered(clock: Any) -> None:
    with ScriptedLLM(lambda request: {"cause": "disk-full", "sure": True}) as server:
        async with backend(server, clock) as model:
            outcome = await model.chat(ASK, schema=SCHEMA)
            assert isinstance(outcome, Answer)
            assert outcome.value == {"cause": "disk-full", "sure": True}
            assert outcome.usage.prompt_tokens > outcome.usage.cached_tokens > 0
            assert model.meter.calls == 1
            assert model.meter.prompt_tokens == outcome.usage.prompt_tokens
        sent = server.requests[0]
        assert sent.schema == SCHEMA
        assert sent.body["cache_prompt"] is True
        assert sent.messages == [(message.role, message.content) for message in ASK]


async def test_a_server_that_is_no_llama_gets_no_llama_fields(clock: Any) -> None:
    with ScriptedLLM(llama=False) as server:
        async with backend(server, clock, context=777) as model:
            assert isinstance(await model.chat(ASK), Answer)
            assert await model.context_size() == 777
            assert await model.count_tokens("one two") == tokens_at_most("one two")
            assert await model.count_messages(ASK) > 20
        assert "cache_prompt" not in server.requests[0].body


@pytest.mark.parametrize(
    "said",
    [
        '{"cause": "oom"}',
        '{"cause": "fire", "sure": true}',
        '{"cause": "oom", "sure": 1}',
        "[]",
        "",
        "oom",
        '{"cause": "o',
    ],
)
async def test_an_answer_that_breaks_the_schema_is_garbage(clock: Any, said: str) -> None:
    with ScriptedLLM(lambda request: said) as server:
        async with backend(server, clock) as model:
            outcome = await model.chat(ASK, schema=SCHEMA)
    assert isinstance(outcome, Failure)
    assert outcome.reason == "garbage"


async def test_an_unknown_field_is_garbage(clock: Any) -> None:
    with ScriptedLLM(lambda request: {"cause": "oom", "sure": True, "command": "rm"}) as server:
        async with backend(server, clock) as model:
            outcome = await model.chat(ASK, schema=SCHEMA)
    assert isinstance(outcome, Failure)
    assert "command" in outcome.detail


@pytest.mark.parametrize("fault", ["http-500", "drop"])
async def test_a_fault_of_the_server_is_tried_again_twice(clock: Any, fault: str) -> None:
    with ScriptedLLM(behaviour=[fault, fault, "answer"]) as server:
        async with backend(server, clock) as model:
            assert isinstance(await model.chat(ASK), Answer)
        assert len(server.requests) == 3
    with ScriptedLLM(behaviour=fault) as server:
        async with backend(server, clock) as model:
            outcome = await model.chat(ASK)
            assert isinstance(outcome, Failure)
            assert outcome.reason == "unreachable"
        assert len(server.requests) == 3


async def test_a_refusal_is_not_tried_again(clock: Any) -> None:
    with ScriptedLLM(key="right") as server:
        async with backend(server, clock, key="wrong") as model:
            outcome = await model.chat(ASK)
            assert isinstance(outcome, Failure)
            assert outcome.reason == "refused"
            assert await model.health() == ("failed", BAD_KEY)
        async with backend(server, clock, key="right") as model:
            assert isinstance(await model.chat(ASK), Answer)
            assert (await model.health())[0] == "ready"
    with ScriptedLLM(behaviour="http-400") as server:
        async with backend(server, clock) as model:
            await model.chat(ASK)
        assert len(server.requests) == 1


@pytest.mark.parametrize(("behaviour", "reason"), [("silence", "timeout"), ("slow", "timeout")])
async def test_no_answer_in_time(clock: Any, behaviour: str, reason: str) -> None:
    with ScriptedLLM(behaviour=behaviour, pause=3_600) as server:
        async with backend(server, clock) as model:
            outcome = await model.chat(ASK, deadline=0.3)
            streamed = [piece async for piece in model.stream(ASK, deadline=0.3)]
            assert isinstance(outcome, Failure)
            assert outcome.reason == reason
            assert isinstance(streamed[-1], Failure)
        assert await left(server)


async def test_an_endless_answer_ends_at_the_size_cap(clock: Any) -> None:
    with ScriptedLLM(behaviour="endless") as server:
        async with backend(server, clock) as model:
            outcome = await model.chat(ASK, deadline=20)
            *pieces, last = [piece async for piece in model.stream(ASK, max_tokens=20, deadline=20)]
        assert isinstance(outcome, Failure)
        assert outcome.reason == "garbage"
        assert isinstance(last, Failure)
        assert last.reason == "garbage"
        assert len("".join(str(piece) for piece in pieces)) <= 20 * 64
        assert await left(server)
        assert await left(server)


async def test_stream_gives_pieces_then_the_answer(clock: Any) -> None:
    with ScriptedLLM(lambda request: "the disk is full") as server:
        async with backend(server, clock) as model:
            *pieces, last = [piece async for piece in model.stream(ASK, stop=["\n\n"])]
        assert len(pieces) == 4
        assert isinstance(last, Answer)
        assert "".join(str(piece) for piece in pieces) == last.text == "the disk is full"
        assert last.usage.output_tokens == 4
        assert server.requests[0].body["stop"] == ["\n\n"]


async def test_thoughts_are_no_part_of_an_answer(clock: Any) -> None:
    with ScriptedLLM(lambda request: "the disk is full", thinks="is it the disk?") as server:
        async with backend(server, clock) as model:
            *pieces, last = [piece async for piece in model.stream(ASK)]
            whole = await model.chat(ASK)
    thoughts = [piece.text for piece in pieces if isinstance(piece, Thought)]
    assert "".join(thoughts) == "is it the disk?" and all(isinstance(piece, Thought) for piece in pieces[:4])
    assert isinstance(last, Answer) and isinstance(whole, Answer)
    assert last.text == whole.text == "the disk is full" == "".join(p for p in pieces if isinstance(p, str))
    assert last.usage.output_tokens == whole.usage.output_tokens == 9


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_a_model_that_only_thinks_gives_no_answer(field: str) -> None:
    said = _Said(limit=10)
    chunk = b'{"choices":[{"delta":{"%s":"is it"},"finish_reason":"length"}]}' % field.encode()
    assert list(said.hear(decode_completion(chunk))) == [Thought(text="is it")]
    outcome = said.outcome()
    assert isinstance(outcome, Failure) and outcome.reason == "too-long" and outcome.usage.output_tokens == 1
    assert list(said.hear(decode_completion(chunk)))
    with pytest.raises(Babble):
        list(said.hear(decode_completion(chunk)))


async def test_closing_a_stream_leaves_the_server(clock: Any) -> None:
    with ScriptedLLM(lambda request: "word " * 500, behaviour="slow", pause=0.02) as server:
        async with backend(server, clock) as model:
            async with aclosing(model.stream(ASK)) as stream:
                assert await anext(stream) == "word "
            assert await left(server, 1.0)
            assert model.meter.calls == 1


async def test_cancelling_a_chat_leaves_the_server(clock: Any) -> None:
    with ScriptedLLM(behaviour="silence") as server:
        async with backend(server, clock) as model:
            task = asyncio.create_task(model.chat(ASK, deadline=60))
            while not server.requests:
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await left(server, 1.0)


async def test_two_failures_open_the_circuit_until_it_has_cooled_down(clock: Any) -> None:
    with ScriptedLLM(
        behaviour=["garbage", "garbage", "answer"], script=lambda request: {"cause": "oom", "sure": True}
    ) as server:
        async with backend(server, clock) as model:
            await model.chat(ASK, schema=SCHEMA)
            await model.chat(ASK, schema=SCHEMA)
            blocked = await model.chat(ASK, schema=SCHEMA)
            assert isinstance(blocked, Failure)
            assert len(server.requests) == 2
            *_, streamed = [piece async for piece in model.stream(ASK)]
            assert isinstance(streamed, Failure)
            assert len(server.requests) == 2
            clock.seconds += 31
            assert isinstance(await model.chat(ASK, schema=SCHEMA), Answer)
            assert isinstance(await model.chat(ASK, schema=SCHEMA), Answer)


async def test_nothing_listens(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedLLM() as server:
        url = server.url
    monkeypatch.setenv("STILLWATCH_ALLOW_MODELS", url)
    async with OpenAIBackend(url, clock=clock, sleep=no_sleep) as model:
        outcome = await model.chat(ASK)
        assert isinstance(outcome, Failure)
        assert outcome.reason == "unreachable"
        assert (await model.health())[0] == "missing"
        assert await model.count_tokens("abc def") >= 2


async def test_a_model_that_was_not_allowed_is_not_asked(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedLLM() as server:
        monkeypatch.setenv("STILLWATCH_ALLOW_MODELS", "none")
        async with backend(server, clock) as model:
            outcome = await model.chat(ASK)
            assert isinstance(outcome, Failure)
            assert outcome.reason == "off"
            assert (await model.health())[0] == "off"
        assert server.requests == []


async def test_counts_come_from_the_server(clock: Any) -> None:
    with ScriptedLLM(context=2222) as server:
        async with backend(server, clock) as model:
            assert await model.count_tokens("one two three!") == 4
            assert await model.count_messages(ASK) > 10
            assert await model.context_size() == 2222
