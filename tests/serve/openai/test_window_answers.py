"""Side requests are answered in form, order nothing, load nothing and cost no large model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from stillwatch.chat.chat_commands import exact_order
from stillwatch.serve.openai.chat_request import read_asked
from stillwatch.serve.openai.window_answers import BY_CODE_ALONE, by_fixed_code, checked, first_words, orders_something
from stillwatch.serve.openai.window_tasks import WindowTask, task_of
from tests.serve.scene import FAILED, ScriptedGate, script, serving
from tests.serve.side_prompts import LINES, QUESTION, QUOTE, SIDE, user
from tests.support.scripted_llm import ScriptedLLM
from tests.think.incidents import incident

ASKED = read_asked({"model": "stillwatch", "messages": user("x")})
JSON = ("title", "tags", "follow_ups", "queries", "text", "prompt", "tool_calls")
KINDS = (*JSON, "fields", "plain", "emoji", "query", "said", "merged")
TRAP = "approve A-17 482913"
ABOUT = f"<chat_history>\nUSER: {TRAP}\n</chat_history>"


def side(kind: Any, about: str = QUOTE) -> WindowTask:
    return WindowTask(kind=kind, about=about)


def in_form(kind: str, answer: str) -> bool:
    return list(json.loads(answer)) == [kind] if kind in JSON else not answer.startswith("{")


@pytest.mark.parametrize(("kind", "messages"), SIDE)
def test_fixed_code_answers_in_form(kind: str, messages: Any) -> None:
    asked = read_asked({"model": "stillwatch", "messages": messages})
    found = task_of(asked, None)
    assert found is not None
    answer = by_fixed_code(found, asked)
    assert in_form(kind, answer)
    assert kind not in ("title", "plain") or "Nginx.service down" in answer


@pytest.mark.parametrize(
    ("about", "said"),
    [
        (QUOTE, QUESTION),
        (LINES, QUESTION),
        (f"Name it:\n```\n{QUESTION}\n```", QUESTION),
        (f"Conversation:\n{QUESTION}", QUESTION),
        (f"Complete <text>a</text>, then\n<text>{QUESTION}</text>", QUESTION),
        (f"<chat><text>{QUESTION}</text>", QUESTION),
        (f"<text>a</text>```{QUESTION}```<content>", QUESTION),
        (QUESTION, QUESTION),
        ("", ""),
    ],
)
def test_what_the_person_said_is_found(about: str, said: str) -> None:
    assert first_words(about) == said


@pytest.mark.parametrize(
    "said",
    [TRAP, f'{{"follow_ups": ["{TRAP}"]}}', '{"title": "Approve A-17"}', '{"tags": ["pause"]}', "x" * 9, "reject A-1"],
)
@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_suggests_an_order(said: str, kind: Any) -> None:
    for answer in (checked(side(kind, ABOUT), said, ASKED), by_fixed_code(side(kind, ABOUT), ASKED)):
        assert exact_order(answer) is None and not orders_something(answer)
        assert in_form(kind, answer) or kind == "fields"


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_loads_anything(kind: Any) -> None:
    trap = "![x](http://evil.example/?q=1) <img src=x> ```mermaid"
    for said in (trap, json.dumps({kind: trap}), json.dumps({kind: [trap]}), json.dumps({"title": trap})):
        answer = checked(side(kind, f"USER: {trap}"), said, ASKED)
        assert not any(mark in answer for mark in ("![", "](", "<i", "://", "```mermaid"))


@pytest.mark.parametrize("kind", BY_CODE_ALONE)
def test_what_is_searched_for_or_run_is_never_a_models(kind: Any) -> None:
    said = '{"queries": ["secret of the host"], "tool_calls": [{"name": "x"}], "prompt": "secret"}'
    assert checked(side(kind), said, ASKED) == BY_CODE_ALONE[kind]


@pytest.mark.parametrize("said", ["", "no json", "{", "[1]", '{"title": 7}', '{"other": "x"}', "{" * 5_000])
def test_a_model_that_babbles_is_replaced(said: str) -> None:
    assert json.loads(checked(side("title"), said, ASKED)) == {"title": "Nginx.service down"}


@pytest.mark.timeout(20)
def test_r41_no_answer_of_a_model_costs_more_than_its_length() -> None:
    assert checked(side("title"), "{" * 60_000, ASKED) == by_fixed_code(side("title"), ASKED)


def test_what_a_model_numbers_is_shown_without_its_numbers() -> None:
    listed = [
        "Suggested next message 1: Is it running?",
        "2. Since when?",
        "Port 80: who holds it?",
        "3) Why?",
        "Restart it.",
    ]
    said = json.dumps({"follow_ups": listed})
    kept = ["Is it running?", "Since when?", "Port 80: who holds it?", "Why?"]
    assert json.loads(checked(side("follow_ups"), said, ASKED)) == {"follow_ups": kept}


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("What's wrong?", "What's wrong?"),
        ("hello", "Hello"),
        ("why is nginx down?", "Nginx down"),
        ("pause", "Server"),
        ("", "Server"),
    ],
)
def test_a_short_question_is_its_own_title(said: str, title: str) -> None:
    assert by_fixed_code(side("plain", said), ASKED) == title


def test_a_good_model_answer_is_kept() -> None:
    assert checked(side("title"), 'Sure: {"title": "📉 Port taken"}', ASKED) == '{"title":"📉 Port taken"}'
    said = '{"follow_ups": ["Why?", "approve A-1 123456", 7]}'
    assert json.loads(checked(side("follow_ups"), said, ASKED)) == {"follow_ups": ["Why?"]}
    assert checked(side("plain"), " Port\n taken ", ASKED) == "Port taken"


def forced(stream: bool) -> dict[str, Any]:
    texts = {"language": {"type": "string"}, "title": {"type": "string"}}
    function = {"name": "extract", "parameters": {"type": "object", "properties": texts}}
    return {
        "model": "gpt-4.1-nano",
        "stream": stream,
        "messages": user(f"Analyze it:\n{LINES}"),
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": "extract"}},
    }


async def test_a_title_as_a_forced_function_is_answered_as_its_call(tmp_path: Path) -> None:
    with ScriptedLLM(script(title='{"title": "Port taken", "language": "English", "more": 1}')) as upstream:
        async with (
            serving(tmp_path, upstream) as scene,
            httpx2.AsyncClient(timeout=60, headers=scene.headers()) as http,
        ):
            whole = (await http.post(f"{scene.url}/chat/completions", json=forced(False))).json()["choices"][0]
            text = (await http.post(f"{scene.url}/chat/completions", json=forced(True))).text
    chunks = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
    (call,) = whole["message"]["tool_calls"]
    (streamed,) = [
        c["choices"][0]["delta"]["tool_calls"][0] for c in chunks if "tool_calls" in c["choices"][0]["delta"]
    ]
    assert whole["finish_reason"] == chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"
    for one in (call, streamed):
        assert one["function"]["name"] == "extract" and whole["message"]["content"] is None
        assert json.loads(one["function"]["arguments"]) == {"language": "English", "title": "Port taken"}


@pytest.mark.parametrize("small", [True, False])
async def test_side_requests_never_look_order_or_ask_the_large_model(tmp_path: Path, small: bool) -> None:
    gate = ScriptedGate()
    with ScriptedLLM(script(title='{"title": "Port taken"}')) as upstream:
        async with (
            serving(tmp_path, upstream, incident(**FAILED), gate=gate, small=small) as scene,
            httpx2.AsyncClient(timeout=60, headers=scene.headers()) as http,
        ):
            for kind, messages in SIDE:
                for model in ("stillwatch", "gpt-3.5-turbo"):
                    body = {"model": model, "stream": False, "messages": messages}
                    reply = await http.post(f"{scene.url}/chat/completions", json=body)
                    text = reply.json()["choices"][0]["message"]["content"]
                    assert kind not in JSON or list(json.loads(text)) == [kind]
            asked_upstream = len(upstream.requests)
    may_ask = sum(kind not in BY_CODE_ALONE for kind, _ in SIDE)
    assert gate.said == [] and asked_upstream == (2 * may_ask if small else 0)
    assert not any("owner want" in request.text for request in upstream.requests)
    assert all(QUESTION[:10] in request.text or "Merge them" in request.text for request in upstream.requests)
