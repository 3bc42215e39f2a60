"""Held out: what published chat windows, older and newer, ask beside the chat is told apart from a person's turn."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from stillwatch.chat.chat_commands import exact_order
from stillwatch.serve.openai.chat_request import read_asked
from stillwatch.serve.openai.window_answers import by_fixed_code, orders_something
from stillwatch.serve.openai.window_tasks import task_of
from tests.serve.frontends import LIBRECHAT, LOBE_CHAT, OPEN_WEBUI, Prompt, librechat, lobe_chat, open_webui

pytestmark = pytest.mark.process
READERS: dict[str, tuple[Callable[[str], Iterator[Prompt]], int]] = {
    **dict.fromkeys(OPEN_WEBUI, (open_webui, 6)),
    **dict.fromkeys(LIBRECHAT, (librechat, 1)),
    **dict.fromkeys(LOBE_CHAT, (lobe_chat, 3)),
}
LARGE = {*OPEN_WEBUI, *LOBE_CHAT}
FORMS = ("title", "tags", "follow_ups", "queries", "text", "prompt", "tool_calls")


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "package", [pytest.param(name, marks=[pytest.mark.soak] if name in LARGE else []) for name in READERS]
)
def test_a_published_window(package: str) -> None:
    """The large ones, 30 to 140 MB each, are fetched on demand."""
    read, least = READERS[package]
    beside = 0
    for prompt in read(package):
        asked = read_asked({"model": "stillwatch", "messages": prompt.messages})
        side = task_of(asked, None)
        assert (side is not None) == prompt.side, prompt.name
        beside += prompt.side
        if side is not None:
            answer = by_fixed_code(side, asked)
            assert exact_order(answer) is None and not orders_something(answer)
            assert side.kind not in FORMS or list(json.loads(answer)) == [side.kind], prompt.name
            assert "nginx" in answer.casefold() or side.kind not in ("title", "plain", "tags", "said"), prompt.name
    assert beside >= least
