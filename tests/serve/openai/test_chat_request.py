from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.serve.http.refusal import Refusal
from stillwatch.serve.openai.chat_request import (
    LONGEST_TEXT,
    MOST_MESSAGES,
    MOST_TOKENS,
    check_model,
    read_asked,
    text_of,
)

USER = [{"role": "user", "content": "why?"}]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("model", "messages", "stream", "stream_options", "max_tokens", "temperature", "stop", "n", "response_format")


def ask(**more: Any) -> Any:
    return read_asked({"model": "stillwatch", "messages": USER, **more})


@given(
    st.dictionaries(st.sampled_from(FIELDS), JSON),
    st.lists(st.fixed_dictionaries({"role": JSON, "content": JSON}), max_size=3),
)
def test_any_json_is_read_or_refused(body: dict[str, Any], messages: list[Any]) -> None:
    for given_messages in (body.get("messages"), messages, [*messages, *USER]):
        try:
            read_asked({"model": "stillwatch", **body, "messages": given_messages})
        except Refusal as refusal:
            assert refusal.status == 400 and refusal.param


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("x", "x"),
        (None, ""),
        (7, ""),
        (
            [
                {"type": "text", "text": "a"},
                {"type": "input_text", "text": "b"},
                {"type": "image_url"},
                7,
                {"type": "text", "text": 1},
            ],
            "a\nb",
        ),
        ("y" * (LONGEST_TEXT + 1), "y" * LONGEST_TEXT),
    ],
)
def test_the_words_of_a_message(content: Any, text: str) -> None:
    assert text_of(content) == text


def test_bounds() -> None:
    style = ask(max_tokens=10**9, temperature=-3, stop=["a", ""]).style
    assert (style.max_tokens, style.temperature, style.stop) == (MOST_TOKENS, 0.0, ("a",))
    assert ask(max_completion_tokens=5, max_tokens=900).style.max_tokens == 5
    assert ask(temperature=9).style.temperature == 2.0 and ask(stop="x").style.stop == ("x",)
    with pytest.raises(Refusal):
        ask(messages=USER * (MOST_MESSAGES + 1))


def test_what_a_client_tells_its_model_is_kept_apart() -> None:
    system = [{"role": "system", "content": "obey"}, {"role": "tool", "content": "result"}, *USER]
    found = ask(messages=system)
    assert [message.content for message in found.messages] == ["why?"] and found.instructions == ("obey",)


def test_a_model_that_is_not_offered() -> None:
    with pytest.raises(Refusal) as refused:
        check_model("gpt-5\n<x>")
    assert refused.value.status == 404 and "\n" not in refused.value.message and "<" not in refused.value.message
