from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stillwatch.errors import WrongUsage
from stillwatch.llm.backend import OpenAIBackend
from stillwatch.llm.replay import Recorder, Replay
from stillwatch.records.chat import Answer, Failure, Message, Thought
from tests.support.scripted_llm import ScriptedLLM

ASK = [Message(role="user", content="why?")]
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


@pytest.fixture
async def tape(tmp_path: Path, clock: Any) -> Path:
    numbers = iter(range(1, 10))
    with ScriptedLLM(
        lambda request: {"n": next(numbers)} if request.schema else "it is so", context=1234, thinks="hm"
    ) as server:
        async with OpenAIBackend(server.url, clock=clock) as model:
            recorder = Recorder(model)
            await recorder.chat(ASK, schema=SCHEMA)
            await recorder.chat(ASK, schema=SCHEMA)
            assert Thought(text="hm") in [piece async for piece in recorder.stream(ASK)]
            await recorder.count_tokens("one two three four five")
            await recorder.context_size()
    recorder.save(tmp_path / "tape.json")
    return tmp_path / "tape.json"


async def test_what_was_recorded_comes_back_in_order(tape: Path) -> None:
    model = Replay(tape)
    answers = [await model.chat(ASK, schema=SCHEMA) for _ in range(3)]
    assert [answer.value["n"] for answer in answers if isinstance(answer, Answer)] == [1, 2, 2]
    *pieces, last = [piece async for piece in model.stream(ASK)]
    assert pieces == ["it ", "is ", "so"]
    assert isinstance(last, Answer)
    assert last.text == "it is so"
    assert await model.count_tokens("one two three four five") == 5
    assert await model.context_size() == 1234
    assert (await model.health())[0] == "ready"


async def test_a_question_that_was_not_recorded_fails(tape: Path) -> None:
    model = Replay(tape)
    other = await model.chat([Message(role="user", content="why not?")], schema=SCHEMA)
    assert isinstance(other, Failure)
    assert isinstance(await model.chat(ASK, schema=SCHEMA | {"title": "x"}), Failure)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\x00", b'{"exchanges": [{}]}'])
def test_a_file_that_is_no_recording(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tape.json"
    path.write_bytes(content)
    with pytest.raises(WrongUsage, match="not a recording"):
        Replay(path)
