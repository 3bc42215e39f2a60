import json

import msgspec

from stillwatch.records.chat import Usage
from stillwatch.serve.openai import frames
from stillwatch.serve.openai.frames import Frames
from stillwatch.serve.openai.shapes import Call

ODD = 'a "quote" \\ \n\r\n\ndata: [DONE]\n\n\u2028 ✓ \x00'


def value(frame: bytes) -> dict:  # type: ignore[type-arg]
    assert frame.startswith(b"data: ") and frame.endswith(b"\n\n") and frame.count(b"\n") == 2
    return json.loads(frame[6:])  # type: ignore[no-any-return]


def test_each_frame_is_one_event_whatever_the_text() -> None:
    one = Frames(id="x", model="stillwatch", created=1)
    assert value(one.content(one.front, ODD))["choices"][0]["delta"] == {"content": ODD}
    assert value(one.reasoning(ODD))["choices"][0]["delta"] == {"reasoning_content": ODD}
    assert value(one.end("length"))["choices"][0] == {"index": 0, "delta": {}, "finish_reason": "length"}
    assert value(one.opening())["choices"][0]["delta"]["role"] == "assistant"
    assert value(frames.status(ODD, done=True))["event"]["data"] == {"description": ODD, "done": True}
    usage = value(one.usage(Usage(prompt_tokens=3, cached_tokens=1, output_tokens=2)))["usage"]
    assert usage["total_tokens"] == 5 and usage["prompt_tokens_details"] == {"cached_tokens": 1}


def test_the_whole() -> None:
    whole = Frames(id="x", model="m", created=1).whole("text", "looked", "stop", Usage())
    assert whole.choices[0].message.reasoning_content == "looked"


def test_a_forced_function_is_answered_by_its_arguments_and_no_words() -> None:
    one = Frames(id="x", model="m", created=1)
    (call,) = value(one.called("extract", ODD))["choices"][0]["delta"]["tool_calls"]
    message = one.whole(ODD, "", "tool_calls", Usage(), "extract").choices[0].message
    assert call["function"] == {"name": "extract", "arguments": ODD}
    assert message.tool_calls == [msgspec.convert({name: call[name] for name in ("id", "type", "function")}, Call)]
    assert message.content is None
