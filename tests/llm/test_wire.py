from __future__ import annotations

import itertools
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.llm import wire
from stillwatch.records.chat import Answer, Failure, Message


async def blocks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@given(st.lists(st.integers(0, 60), max_size=6))
async def test_events_survive_any_cut(cuts: list[int]) -> None:
    whole = b': comment\r\n\r\ndata: {"a":1}\r\n\r\nid: 3\ndata:two\n\ndata: [DONE]\n\n'
    edges = sorted({0, len(whole), *(cut % len(whole) for cut in cuts)})
    parts = [whole[start:end] for start, end in itertools.pairwise(edges)]
    assert [event async for event in wire.events(blocks(*parts))] == [b'{"a":1}', b"two", b"[DONE]"]


async def test_lines_and_bodies_are_bounded() -> None:
    huge = [b"x" * (1 << 20)] * 6
    with pytest.raises(wire.Babble):
        [event async for event in wire.events(blocks(*huge))]
    with pytest.raises(wire.Babble):
        await wire.read_bounded(blocks(*huge))
    assert await wire.read_bounded(blocks(b"a", b"b")) == b"ab"


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"{}", b"\xff", b'{"choices": []}', b'{"choices": [{"message": {"content": null}}]}', b"[" * 9999],
)
def test_a_body_without_an_answer_is_garbage(raw: bytes) -> None:
    outcome = wire.answer_from(raw, None)
    assert isinstance(outcome, Failure)
    assert outcome.reason == "garbage"


def test_an_answer_with_its_usage() -> None:
    choice = b'{"message":{"content":"hi","role":"assistant"},"finish_reason":"length"}'
    usage = b'{"prompt_tokens":3,"completion_tokens":1,"prompt_tokens_details":null}'
    raw = b'{"choices":[%s],"usage":%s}' % (choice, usage)
    outcome = wire.answer_from(raw, None)
    assert isinstance(outcome, Answer)
    assert (outcome.text, outcome.finish, outcome.usage.prompt_tokens) == ("hi", "length", 3)


@pytest.mark.parametrize(
    ("delta", "thought"),
    [
        (b'{"reasoning_content":"hm"}', "hm"),
        (b'{"reasoning":"hm"}', "hm"),
        (b'{"reasoning_content":"hm","reasoning":"hm"}', "hm"),
        (b'{"reasoning":{"effort":"low"}}', ""),
        (b'{"reasoning_content":null,"content":"hm"}', ""),
    ],
)
def test_thoughts_are_found_by_either_name(delta: bytes, thought: str) -> None:
    (choice,) = wire.decode_completion(b'{"choices":[{"delta":%s}]}' % delta).choices
    assert choice.delta is not None and choice.delta.thought == thought


def test_a_cut_answer_says_so() -> None:
    outcome = wire.checked(Answer(text='{"a": ', finish="length"), {"type": "object"})
    assert isinstance(outcome, Failure)
    assert "token limit" in outcome.detail


def test_the_request() -> None:
    body = wire.request(
        "m", [Message(role="user", content="x")], schema={"type": "object"}, max_tokens=5, temperature=0
    )
    assert body["response_format"]["json_schema"]["strict"] is True
    assert "stop" not in body
