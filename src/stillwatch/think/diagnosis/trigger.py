"""The trigger tier: the smallest model, asked one word about one thing."""

from __future__ import annotations

from typing import Literal

from stillwatch.ports import ChatModel
from stillwatch.records.chat import Failure, Prompt
from stillwatch.records.incident import Incident
from stillwatch.records.safe import ForModel
from stillwatch.think.context import incident_block, prompt
from stillwatch.think.schemas import URGENCIES, urgency_schema
from stillwatch.untrusted.for_model import fenced

Urgency = Literal["noise", "minor", "serious"]


async def urgency_of(model: ChatModel, incident: Incident, nonce: str, deadline: float) -> Urgency | Failure:
    """How urgent is this incident? deadline: seconds."""
    return await _ask(model, incident_block(incident, nonce, most=3), deadline)


async def urgency_of_line(model: ChatModel, line: ForModel, nonce: str, deadline: float) -> Urgency | Failure:
    """How urgent is a log line that no rule knows? `line` is redacted already."""
    return await _ask(model, fenced([line], nonce), deadline)


async def _ask(model: ChatModel, data: ForModel, deadline: float) -> Urgency | Failure:
    messages = [Prompt(role="system", content=prompt("trigger")), Prompt(role="user", content=data)]
    answer = await model.chat(messages, schema=urgency_schema(), max_tokens=24, deadline=deadline)
    if isinstance(answer, Failure):
        return answer
    word = answer.value.get("urgency")
    for urgency in URGENCIES:
        if word == urgency:
            return urgency
    return Failure(reason="garbage", detail="no urgency in the answer")
