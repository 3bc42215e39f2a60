from __future__ import annotations

from stillwatch.records.chat import Usage
from stillwatch.serve.openai.shapes import ChatUsage


def test_tokens_are_counted_as_openai_does() -> None:
    usage = ChatUsage.of(Usage(prompt_tokens=3, cached_tokens=2, output_tokens=4))
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (3, 4, 7)
    assert usage.prompt_tokens_details.cached_tokens == 2
