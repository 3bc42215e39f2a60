"""What a person wants: one small step by schema, from the person's own words and the list of incidents alone.

No log text, no look and no assistant text of the client's history goes in, so nothing that a stranger wrote can make
a question into an order. What comes out is still only a wish: the gate decides about every change.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from stillwatch.ports import ChatModel
from stillwatch.records.chat import Failure, Message, Usage
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Incident
from stillwatch.records.iso import iso
from stillwatch.think.context import harmless, prompt
from stillwatch.think.schemas import choice, closed

Kind = Literal["answer", "fix", "undo", "mute", "consent", "social"]
KINDS: tuple[Kind, ...] = ("answer", "fix", "undo", "mute", "consent", "social")
WISH_TOKENS = 80
MOST_INCIDENTS = 12
WORDS = 600
SAID_BEFORE = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """incident: an id of those offered, "" where none is meant; hours: for mute; words: the reply to a greeting."""

    kind: Kind = "answer"
    incident: str = ""
    hours: int = 0
    words: str = ""
    usage: Usage = Usage()


async def understand(
    model: ChatModel,
    question: str,
    before: Sequence[str],
    incidents: Sequence[Incident],
    *,
    now: float,
    deadline: float,
) -> Wish | Failure:
    """before: what the person wrote earlier. An answer that does not fit is a plain question, never an order."""
    offered = incidents[:MOST_INCIDENTS]
    messages = [
        Message(role="system", content=prompt("wish")),
        Message(role="user", content=_asked(question, before, offered, now)),
    ]
    schema = wish_schema([incident.id for incident in offered])
    answer = await model.chat(messages, schema=schema, max_tokens=WISH_TOKENS, deadline=deadline)
    if isinstance(answer, Failure):
        return Wish(usage=answer.usage) if answer.reason == "garbage" else answer
    value = answer.value
    kind = cast(Kind, value.get("wants")) if value.get("wants") in KINDS else "answer"
    hours, words = value.get("hours"), value.get("words")
    return Wish(
        kind=kind,
        incident=str(value.get("incident", "")),
        hours=hours if isinstance(hours, int) else 0,
        words=harmless(Untrusted(words), 160) if isinstance(words, str) else "",
        usage=answer.usage,
    )


def wish_schema(incidents: Sequence[str]) -> dict[str, Any]:
    """incidents: the ids that a wish may name."""
    hours = {"type": "integer", "minimum": 1, "maximum": 8760}
    words = {"type": "string", "minLength": 1, "maxLength": 120}
    about = {"incident": choice(list(incidents))} if incidents else {}
    kinds: list[dict[str, Any]] = [
        {"wants": {"const": "answer"}},
        {"wants": {"const": "fix"}, **about},
        {"wants": {"const": "undo"}},
        {"wants": {"const": "consent"}},
        {"wants": {"const": "social"}, "words": words},
    ]
    if incidents:
        kinds.append({"wants": {"const": "mute"}, **about, "hours": hours})
    return {"anyOf": [closed(kind) for kind in kinds]}


def _asked(question: str, before: Sequence[str], incidents: Sequence[Incident], now: float) -> str:
    rows = [f"- {one.id}: {_name(one.subject)}, {one.severity}, {one.state}" for one in incidents]
    said = [f"earlier: {harmless(Untrusted(text), 200)}" for text in before[-SAID_BEFORE:]]
    lines = ["incidents:", *(rows or ["- none"]), f"time: {iso(now)}", *said]
    return "\n".join([*lines, f"The owner writes: {harmless(Untrusted(question), WORDS)}", "What does the owner want?"])


def _name(subject: str) -> str:
    """What an incident is about, if it is a name: in the log, a program may call itself a whole sentence."""
    return subject if re.fullmatch(r"[\w@.:/\\-]{1,80}", subject) else "something else"
