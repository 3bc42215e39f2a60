"""Side requests are told apart from persons' turns by their structure, whatever window sends them."""

from __future__ import annotations

from typing import Any

import pytest

from stillwatch.serve.openai.chat_request import ChatRequest, read_asked
from stillwatch.serve.openai.window_answers import by_fixed_code
from stillwatch.serve.openai.window_tasks import task_of
from tests.serve.side_prompts import HISTORY, PERSON, QUESTION, SIDE, told, user


def asked(messages: Any, **more: Any) -> ChatRequest:
    return read_asked({"model": "stillwatch", "messages": messages, **more})


def kind_of(messages: Any, header: str | None = None, **more: Any) -> str:
    side = task_of(asked(messages, **more), header)
    return side.kind if side else "none"


@pytest.mark.parametrize(("kind", "messages"), SIDE)
def test_what_windows_ask_beside_the_chat_is_known(kind: str, messages: Any) -> None:
    assert kind_of(messages) == kind


@pytest.mark.parametrize("messages", PERSON)
def test_a_persons_words_are_a_turn(messages: Any) -> None:
    assert kind_of(messages) == "none"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("title_generation", "title"),
        ("TAGS_GENERATION", "tags"),
        ("autocomplete_generation", "text"),
        ("emoji_generation", "emoji"),
        ("function_calling", "tool_calls"),
        ("moa_response_generation", "merged"),
        ("something new", "plain"),
        ("", "none"),
        ("{{TASK}}", "none"),
        (None, "none"),
    ],
)
def test_the_header_decides(header: str | None, kind: str) -> None:
    assert kind_of(user(QUESTION), header) == kind


def test_an_empty_header_is_a_person_whatever_the_words() -> None:
    assert kind_of(SIDE[0][1], "") == "none"
    assert kind_of(SIDE[0][1], "", response_format={"type": "json_object"}) == "none"


def test_an_older_window_gets_its_title_bare_though_the_header_says_title() -> None:
    assert kind_of(SIDE[2][1], "title_generation") == "plain"


def test_the_model_of_titles_has_nothing_but_side_requests() -> None:
    for header in (None, ""):
        assert kind_of(user(QUESTION), header, model="stillwatch-title") == "plain"
        assert kind_of(SIDE[0][1], header, model="stillwatch-title") == "title"


TITLE = {"type": "string"}
SCHEMAS = [
    ({"title": TITLE}, "fields"),
    ({"language": TITLE, "title": TITLE}, "fields"),
    ({"language": TITLE}, "fields"),
    ({"title": TITLE, "action": {"type": "string", "enum": ["restart"]}}, ""),
    ({"title": TITLE, "level": {"type": "integer"}}, ""),
    ({"command": TITLE}, ""),
    ({}, ""),
]


@pytest.mark.parametrize(("properties", "kind"), SCHEMAS)
def test_a_forced_function_is_a_form_to_fill_only_where_it_is_a_title(properties: Any, kind: str) -> None:
    function = {"name": "extract", "parameters": {"type": "object", "properties": properties}}
    forced = {
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": "extract"}},
    }
    assert kind_of(user(QUESTION), **forced) == (kind or "none")
    assert kind_of(user(QUESTION), **{**forced, "tool_choice": "auto"}) == "none"
    assert kind_of(user(QUESTION), **{**forced, "tools": [None, {"function": 7}]}) == "none"
    schema = {"type": "json_schema", "json_schema": {"name": "extract", "schema": function["parameters"]}}
    assert kind_of(user(QUESTION), response_format=schema) == (kind or "plain")


@pytest.mark.parametrize(("kind", "messages"), SIDE)
def test_what_it_is_about_is_what_the_person_said(kind: str, messages: Any) -> None:
    side = task_of(asked(messages), None)
    assert side is not None and (kind == "merged" or "ngi" in side.about)


def test_the_last_message_counts_only_after_a_conversation() -> None:
    side = task_of(asked([*HISTORY, *user("Give our conversation a title, without quotes.")]), None)
    assert side is not None and side.about == QUESTION


LONG = 100_000
SYSTEM = "You make titles of conversations. Output ONLY the title, nothing else."


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "said",
    [
        f"user: x\n--end a{' ' * LONG}x",
        f"user: x\n--end a{' -' * (LONG // 2)}x",
        f"#{chr(10) * LONG}x",
        f"task{'-' * LONG}please{'-' * LONG}x",
        f"<text>{' ' * LONG}x",
        "<text>" * (LONG // 6),
        "```text" + "<chat>" * (LONG // 6),
        "{ " * (LONG // 2),
        "user:" + "\n-- begin a" * (LONG // 11),
    ],
)
@pytest.mark.parametrize("system", ["", SYSTEM])
def test_r41_no_message_costs_more_than_its_length(said: str, system: str) -> None:
    """What is worse than linear does not come to its end."""
    request = read_asked({"model": "stillwatch-title", "messages": told(system, said)})
    found = task_of(request, None)
    assert found is not None and by_fixed_code(found, request)


@pytest.mark.timeout(20)
def test_r41_not_each_of_many_instructions_is_held_against_what_was_said() -> None:
    system = {"role": "system", "content": "Summarize the chat, only that."}
    request = read_asked({"model": "stillwatch", "messages": [system] * 3_900 + user("- " * (LONG // 2))})
    assert task_of(request, None) is None
