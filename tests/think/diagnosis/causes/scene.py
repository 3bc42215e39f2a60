"""A broken unit and what the look tools show of it, told in a few words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from stillwatch.records.assessment import Assessment
from stillwatch.records.event import Event, Untrusted
from stillwatch.records.incident import Incident
from stillwatch.records.look import Seen
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.diagnose import diagnose

AT = 1_800_000_000.0
Answer = Mapping[str, object] | Callable[[Mapping[str, object]], Mapping[str, object]]
ARGUMENTS = {"path", "unit", "port", "lines", "hours", "pid", "name"}


class Looks:
    """Shows what it is told to; a tool that is not told has a problem. slow: seconds before each answer."""

    def __init__(self, slow: float = 0.0, **answers: Answer) -> None:
        self.answers = answers
        self.slow = slow
        self.asked: list[tuple[str, Mapping[str, object]]] = []

    def catalogue(self) -> Mapping[str, Mapping[str, Any]]:
        properties: dict[str, object] = {name: {} for name in ARGUMENTS}
        return {name: {"description": "", "arguments": {"properties": properties}} for name in self.answers}

    async def look(self, tool: str, arguments: Mapping[str, object]) -> Seen:
        self.asked.append((tool, arguments))
        await asyncio.sleep(self.slow)
        answer = self.answers[tool]
        data = answer(arguments) if callable(answer) else answer
        text = Untrusted(f"{tool}: {data}")
        return Seen(tool=tool, arguments=arguments, at=AT, text=text, data=data, problem="" if data else "not seen")


def files(**known: Mapping[str, object]) -> Callable[[Mapping[str, object]], Mapping[str, object]]:
    """file_metadata over these paths ("_" stands for "/"); all others do not exist."""
    table = {name.replace("_", "/"): data for name, data in known.items()}
    return lambda arguments: {"path": arguments["path"], "exists": False} | dict(table.get(str(arguments["path"]), {}))


def trigger(
    cause: str, text: str = "", *, subject: str = "shop.service", trusted: bool = False, **fields: str
) -> Trigger:
    event = Event(host="h", at=AT, source="journal", subject=subject, text=Untrusted(text))
    return Trigger(
        rule=f"rule-{cause}",
        severity=Severity.high,
        summary=text or cause,
        subject=subject,
        host="h",
        count=1,
        first=AT,
        last=AT,
        cause=cause,
        fields=fields,
        sample=Untrusted(text or cause),
        trusted=trusted,
        events=(event,),
    )


def unit(name: str = "shop.service", **more: Any) -> UnitState:
    given: dict[str, Any] = {
        "names": (name,),
        "active_state": "failed",
        "sub_state": "failed",
        "result": "exit-code",
        "exit_status": 1,
        "fragment_path": f"/etc/systemd/system/{name}",
        "exec_start": ("/opt/shop/bin/shop", "/etc/shop/shop.conf"),
        "user": "shop",
    }
    return UnitState(name=name, **{**given, **more})


async def ask(
    *triggers: Trigger,
    looks: Looks | None = None,
    units: tuple[UnitState, ...] = (unit(),),
    told: tuple[str, ...] = (),
    troubled: frozenset[str] = frozenset(),
    **more: Any,
) -> tuple[Incident, Assessment]:
    given = {"id": "I1", "key": "h/unit-failure/shop.service", "subject": "shop.service", **more}
    deadline = given.pop("deadline", 5.0)
    incident = Incident(
        state="open",
        severity=Severity.high,
        summary="s",
        host="h",
        opened=AT,
        updated=AT,
        triggers=triggers,
        **given,
    )
    known = {u.name: u for u in units}
    found, said = await diagnose(incident, looks, known, deadline=deadline, now=AT, owner_notes=told, troubled=troubled)
    ids = {piece.id for piece in found.evidence}
    assert said.cause is not None
    assert set(said.evidence) <= ids
    assert said.evidence and all(piece in said.cause.text for piece in said.evidence)
    return found, said
