"""What a person wants: one small step by schema, from the person's own words and the list of incidents alone.

No log text, no look and no assistant text of the client's history goes in, so nothing that a stranger wrote can make
a question into an order. What comes out is still only a wish: the gate decides about every change.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, cast

from stillwatch.ports import ChatModel
from stillwatch.records.chat import Failure, Message, Usage
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Incident
from stillwatch.think.context import harmless, prompt
from stillwatch.think.schemas import choice, closed

Kind = Literal["answer", "fix", "undo", "mute", "consent", "social"]
KINDS: tuple[Kind, ...] = ("answer", "fix", "undo", "mute", "consent", "social")
About = Literal["fault", "changes", "load", "space", "other"]
ABOUT: Final[tuple[About, ...]] = ("fault", "changes", "load", "space", "other")
"""What a question is about, so that what answers it is looked at whatever words it has."""
WISH_TOKENS = 80
MOST_INCIDENTS = 12
WORDS = 600
SAID_BEFORE = 2
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UNTIL: Final = ("tonight", "tomorrow", *WEEKDAYS, "unsaid")
"""What a person says instead of hours; what it is in hours is reckoned here, since small models cannot."""
MORNING, EVENING = 8, 20
UNSAID_HOURS = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """about: for answer; incident: an id of those offered, "" where none is meant; hours: for mute; words: the reply to
    a greeting."""

    kind: Kind = "answer"
    about: About = "other"
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
    words = value.get("words")
    about = cast(About, value.get("about")) if value.get("about") in ABOUT else "other"
    return Wish(
        kind=kind,
        about=about,
        incident=str(value.get("incident", "")),
        hours=_hours(value.get("hours"), value.get("until"), now),
        words=harmless(Untrusted(words), 160) if isinstance(words, str) else "",
        usage=answer.usage,
    )


def wish_schema(incidents: Sequence[str]) -> dict[str, Any]:
    """incidents: the ids that a wish may name."""
    hours = {"type": "integer", "minimum": 1, "maximum": 8760}
    words = {"type": "string", "minLength": 1, "maxLength": 120}
    meant = {"incident": choice(list(incidents))} if incidents else {}
    kinds: list[dict[str, Any]] = [
        {"wants": {"const": "answer"}, "about": choice(ABOUT)},
        {"wants": {"const": "fix"}, **meant},
        {"wants": {"const": "undo"}},
        {"wants": {"const": "consent"}},
        {"wants": {"const": "social"}, "words": words},
    ]
    if incidents:
        kinds.append({"wants": {"const": "mute"}, **meant, "until": choice(UNTIL)})
        kinds.append({"wants": {"const": "mute"}, **meant, "until": {"const": "later"}, "hours": hours})
    return {"anyOf": [closed(kind) for kind in kinds]}


def _hours(hours: object, until: object, now: float) -> int:
    """Full hours from now, 0 where none are meant. A day begins at MORNING by the host's clock."""
    if isinstance(hours, int):
        return hours
    if until not in UNTIL:
        return 0
    if until == "unsaid":
        return UNSAID_HOURS
    here = _here(now)
    if until == "tonight":
        days, hour = 0 if here.hour < EVENING else 1, EVENING
    elif until == "tomorrow":
        days, hour = 1, MORNING
    else:
        days, hour = (WEEKDAYS.index(str(until)) - here.weekday() - 1) % 7 + 1, MORNING
    ends = here.replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=days)
    return math.ceil((ends - here).total_seconds() / 3600)


def _here(now: float) -> datetime:
    """By the host's clock, which is the owner's."""
    return datetime.fromtimestamp(now, tz=UTC).astimezone()


def _asked(question: str, before: Sequence[str], incidents: Sequence[Incident], now: float) -> str:
    rows = [f"- {one.id}: {_name(one.subject)}, {one.severity}, {one.state}" for one in incidents]
    said = [f"earlier: {harmless(Untrusted(text), 200)}" for text in before[-SAID_BEFORE:]]
    lines = ["incidents:", *(rows or ["- none"]), *said, f"time: {_here(now):%A %H:%M}"]
    return "\n".join([*lines, f"The owner writes: {harmless(Untrusted(question), WORDS)}", "What does the owner want?"])


def _name(subject: str) -> str:
    """What an incident is about, if it is a name: in the log, a program may call itself a whole sentence."""
    return subject if re.fullmatch(r"[\w@.:/\\-]{1,80}", subject) else "something else"
