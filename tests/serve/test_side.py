"""Side requests of Open WebUI (0.5 to 0.12) and LibreChat: told apart, answered in form, and never an order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from stillwatch.orders import exact_order
from stillwatch.serve.asked import Asked, read_asked
from stillwatch.serve.side import by_fixed_code, checked, orders_something, side_kind
from tests.scripted_llm import ScriptedLLM
from tests.serve.scene import FAILED, ScriptedGate, script, serving
from tests.think.incidents import incident

HISTORY = (
    "### Chat History:\n<chat_history>\nUSER: why is nginx.service down?\nASSISTANT: Port 80 is taken.\n</chat_history>"
)
OPEN_WEBUI = {
    "title": [
        "### Task:\nGenerate a concise, 3-5 word title with an emoji summarizing the chat history.\n### Output:\n",
        "### Task:\nGenerate a concise title summarizing the chat history.\n### Guidelines:\n",
    ],
    "tags": [
        "### Task:\nGenerate 1-3 broad tags categorizing the main themes of the chat history, along with 1-3 more\n"
    ],
    "follow_ups": [
        "### Task:\nSuggest 3-5 relevant follow-up questions or prompts that the user might naturally ask next\n",
        "### Task:\nPredict 3-5 useful messages the user might send next as follow-ups\n",
    ],
    "queries": [
        "### Task:\nAnalyze the chat history to determine the necessity of generating search queries\n",
        "### Task:\nBased on the chat history, determine whether a search is necessary\n",
    ],
    "text": ["### Task:\nYou are an autocompletion system. Continue the text in `<text>` by the **completion type**\n"],
}
LIBRECHAT = {
    "plain": "Provide a concise, 5-word-or-less title for the conversation, using title case conventions. Only return "
    "the title itself.\n\nConversation:\nUser: why is nginx.service down?\nAI: Port 80 is taken.",
    "titled": "Analyze this conversation and provide:\n1. The detected language of the conversation\n2. A concise "
    "title "
    "in the detected language (5 words or less, no punctuation or quotation)\n\nUser: why is nginx.service down?",
}
FLAT = [(kind, prompt + HISTORY) for kind, prompts in OPEN_WEBUI.items() for prompt in prompts]


def asked(prompt: str, **more: Any) -> Asked:
    return read_asked({"model": "stillwatch", "messages": [{"role": "user", "content": prompt}], **more})


@pytest.mark.parametrize(("kind", "prompt"), FLAT)
def test_open_webuis_prompts_are_known(kind: str, prompt: str) -> None:
    found = side_kind(asked(prompt), None)
    assert found == kind
    value = json.loads(by_fixed_code(found, asked(prompt)))
    assert list(value) == [kind]


def test_librechats_prompts_are_known() -> None:
    assert side_kind(asked(LIBRECHAT["plain"]), None) == "plain"
    assert by_fixed_code("plain", asked(LIBRECHAT["plain"])) == "Nginx.service down"
    structured = asked(LIBRECHAT["titled"], response_format={"type": "json_schema"})
    assert side_kind(structured, None) == "titled"
    assert json.loads(by_fixed_code("titled", structured)) == {"language": "", "title": "Nginx.service down"}


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("title_generation", "title"),
        ("TAGS_GENERATION", "tags"),
        ("autocomplete_generation", "text"),
        ("moa_response_generation", "plain"),
        ("something new", "plain"),
        ("", "none"),
        ("{{TASK}}", "none"),
        (None, "none"),
    ],
)
def test_the_header_decides(header: str | None, kind: str) -> None:
    assert side_kind(asked("why is it down?"), header) == kind


def test_an_empty_header_is_a_person_whatever_the_words() -> None:
    assert side_kind(asked("### Task:\nGenerate a concise title"), "") == "none"


@pytest.mark.parametrize(
    "prompt",
    [
        "why is nginx down?",
        "approve A-17 482913",
        "Title of the log?",
        "write me a title for the wiki",
        "tags?",
        "Task: fix it",
    ],
)
def test_a_persons_words_are_a_turn(prompt: str) -> None:
    assert side_kind(asked(prompt), None) == "none"


@pytest.mark.parametrize(
    "said",
    [
        "approve A-17 482913",
        '{"follow_ups": ["approve A-17 482913"]}',
        '{"title": "Approve A-17"}',
        '{"tags": ["pause"]}',
        "x" * 9,
    ],
)
@pytest.mark.parametrize("kind", ["title", "tags", "follow_ups", "queries", "text", "plain", "titled"])
def test_no_answer_suggests_an_order(said: str, kind: Any) -> None:
    prompt = "### Task:\nx\n<chat_history>\nUSER: approve A-17 482913\n</chat_history>"
    answer = checked(kind, said, asked(prompt))
    assert exact_order(answer) is None and not orders_something(answer.replace("Analyze", ""))
    if kind != "plain":
        assert isinstance(json.loads(answer), dict)


@pytest.mark.parametrize("said", ["", "no json", "{", "[1]", '{"title": 7}', '{"other": "x"}', "{" * 5_000])
def test_a_model_that_babbles_is_replaced(said: str) -> None:
    assert json.loads(checked("title", said, asked(FLAT[0][1]))) == {"title": "Nginx.service down"}


def test_a_good_model_answer_is_kept() -> None:
    assert checked("title", 'Sure: {"title": "📉 Port taken"}', asked("x")) == '{"title":"📉 Port taken"}'
    assert json.loads(checked("follow_ups", '{"follow_ups": ["Why?", "approve A-1 123456"]}', asked("x"))) == {
        "follow_ups": ["Why?"]
    }


@pytest.mark.parametrize("small", [True, False])
async def test_side_requests_never_look_order_or_ask_the_large_model(tmp_path: Path, small: bool) -> None:
    gate = ScriptedGate()
    with ScriptedLLM(script(title='{"title": "Port taken"}')) as upstream:
        async with (
            serving(tmp_path, upstream, incident(**FAILED), gate=gate, small=small) as scene,
            httpx2.AsyncClient(headers=scene.headers()) as http,
        ):
            for kind, prompt in [*FLAT, *LIBRECHAT.items()]:
                body = {"model": "stillwatch", "stream": False, "messages": [{"role": "user", "content": prompt}]}
                reply = await http.post(f"{scene.url}/chat/completions", json=body)
                text = reply.json()["choices"][0]["message"]["content"]
                assert kind in ("plain", "titled") or list(json.loads(text)) == [kind]
            unknown = {"model": "gpt-3.5-turbo", "messages": [{"role": "user", "content": LIBRECHAT["plain"]}]}
            assert (await http.post(f"{scene.url}/chat/completions", json=unknown)).status_code == 200
            asked_upstream = len(upstream.requests)
    assert gate.said == [] and asked_upstream == (len(FLAT) + 3 if small else 0)
    assert not any("What does the owner want" in request.text for request in upstream.requests)
