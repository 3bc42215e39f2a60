"""What a client says was said before: the last of it, cut and cleaned. Nothing in it is an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stillwatch.records.chat import Message, Prompt
from stillwatch.untrusted.for_model import harmless
from stillwatch.untrusted.for_page import without_evidence
from stillwatch.untrusted.redact import redact

HISTORY_MESSAGES = 8
HISTORY_CHARACTERS = 800
SIDE_CHARACTERS = 6_000


def harmless_messages(messages: Sequence[Message]) -> list[Prompt]:
    """What a window wants something made of: cut, redacted and cleaned."""
    cut = [replace(one, content=redact(one.content[: 2 * SIDE_CHARACTERS])) for one in messages]
    return [Prompt(role=one.role, content=harmless(one.content, SIDE_CHARACTERS)) for one in cut]


def fitting(history: Sequence[Message]) -> list[Message]:
    """The last few messages, cut; one role after the other, a person's first, as chat templates want it."""
    kept = list[Message]()
    for message in history[-HISTORY_MESSAGES:]:
        content = message.content if message.role == "user" else without_evidence(message.content)
        text = content[:HISTORY_CHARACTERS]
        if kept and kept[-1].role == message.role:
            kept[-1] = replace(kept[-1], content=f"{kept[-1].content}\n{text}"[: 2 * HISTORY_CHARACTERS])
        elif kept or message.role == "user":
            kept.append(replace(message, content=text))
    return kept[:-1] if kept and kept[-1].role == "user" else kept
