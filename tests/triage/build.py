"""Triggers and units for the tests of this room, told in a few words."""

from __future__ import annotations

from stillwatch.records.event import Event, Untrusted
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.records.unit import UnitState

AT = 1_800_000_000.0
HOST = "shop"


def trigger(
    subject: str,
    cause: str = "exit-code",
    *,
    rule: str = "",
    severity: Severity = Severity.high,
    writer: str = "",
    trusted: bool = False,
    text: str = "",
    first: float = AT - 60,
    last: float = AT - 30,
    count: int = 1,
    **fields: str,
) -> Trigger:
    text = text or f"{subject}: {cause}"
    event = Event(
        host=HOST,
        at=first,
        source="journal",
        subject=subject,
        text=Untrusted(text),
        fields={"systemd_unit": writer} if writer else {},
    )
    return Trigger(
        rule=rule or f"rule-{cause or 'none'}",
        severity=severity,
        summary=text,
        subject=subject,
        host=HOST,
        count=count,
        first=first,
        last=last,
        cause=cause,
        fields=fields,
        sample=Untrusted(text),
        trusted=trusted,
        events=(event,),
    )


def own(unit: str, cause: str, **more: object) -> Trigger:
    """What a unit says in its own log."""
    return trigger(unit, cause, writer=unit, **more)  # type: ignore[arg-type]


def pid1(unit: str, cause: str = "exit-code", **more: object) -> Trigger:
    return trigger(unit, cause, trusted=True, writer="init.scope", **more)  # type: ignore[arg-type]


def failed(name: str, **more: object) -> UnitState:
    given = {"active_state": "failed", "sub_state": "failed", "result": "exit-code", "changed_at": AT - 40, **more}
    return UnitState(name=name, load_state="loaded", **{"names": (name,), **given})  # type: ignore[arg-type]


def running(name: str, **more: object) -> UnitState:
    given = {"active_state": "active", "sub_state": "running", "result": "success", "changed_at": AT - 5000, **more}
    return UnitState(name=name, load_state="loaded", **{"names": (name,), **given})  # type: ignore[arg-type]


def units(*states: UnitState) -> dict[str, UnitState]:
    return {state.name: state for state in states}
