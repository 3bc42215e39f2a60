"""A port that somebody else holds."""

from __future__ import annotations

import re
from collections.abc import Iterable

from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import Case, Finding, propose
from stillwatch.think.diagnosis.causes.facts import Row, clock_time, number, rows, text
from stillwatch.unit.facts import ports_of, without_times
from stillwatch.unit.programs import custom_ports
from stillwatch.unit.protected import is_protected_process

_SAID = re.compile(r"(?::|\bport |', )(\d{2,5})(?!\d|[:.]\d)")
_NAMED = re.compile(r"\bport:? (\d{2,5})\b", re.I)
_OF_NOBODY = re.compile(r"|session-.*\.scope|user@\d+\.service|user-\d+\.slice|init\.scope")


async def port_in_use(case: Case) -> Finding | None:
    """The socket list shows another process on the port that the unit wants: proven. Else the unit's word alone."""
    unit = case.unit
    cited = case.cite("port-in-use")
    ports = said_ports(case)
    if unit is not None:
        others = [*(await _configured(case, unit)), *custom_ports(unit.name)] if cited else []
        for port in dict.fromkeys([*ports, *sorted(ports_of(unit)), *others]):
            holder = await _holder(case, unit, port)
            if holder is not None:
                return await _held(case, unit, port, holder, cited)
    if not cited:
        return None
    place = next((path for t in case.triggers("port-in-use") if (path := t.fields.get("path", "")).startswith("/")), "")
    which = f"port {ports[0]}" if ports else f"the socket {place}" if place else "the port it wants"
    subject = case.who
    return case.finding("port-in-use", subject, f"{subject} says that {which} is already in use", cited)


async def _configured(case: Case, unit: UnitState) -> list[int]:
    """Ports that its configuration files speak of, and those of its socket units."""
    status = await case.look("unit_status", unit=unit.name)
    ports = status.get("config_ports")
    return [int(port) for port in ports if isinstance(port, int)] if isinstance(ports, list | tuple) else []


def said_ports(case: Case) -> list[int]:
    """Ports that the unit's own words name; they only select a socket, whose owner the system names."""
    found: list[str] = []
    for trigger in case.triggers("port-in-use"):
        given = trigger.fields.get("port", "")
        words = without_times(trigger.sample[:2000])
        found += [given] if given and given in words else _SAID.findall(words)
    if found or not case.triggers("port-in-use"):
        return _ports(found)
    return _ports(port for words in case.last_words for port in _NAMED.findall(words))


def _ports(found: Iterable[str]) -> list[int]:
    return list(dict.fromkeys(int(port) for port in found if port.isdecimal() and 0 < int(port) < 65536))


async def _holder(case: Case, unit: UnitState, port: int) -> Row | None:
    data = await case.look("listening_sockets", port=port)
    for socket in rows(data, "sockets"):
        pid, owner = number(socket, "pid"), text(socket, "unit")
        if number(socket, "port") == port and owner not in (unit.name, *unit.names) and pid != (unit.main_pid or -1):
            return socket
    return None


async def _held(case: Case, unit: UnitState, port: int, holder: Row, cited: tuple[str, ...]) -> Finding:
    pid, owner, user = number(holder, "pid"), text(holder, "unit"), text(holder, "user")
    name = text(holder, "name") or "a process"
    stray = _OF_NOBODY.fullmatch(owner) is not None
    culprit = f"{name} (pid {pid})" if pid else owner or f"port {port}"
    of_whom = (f"started by {user}, part of no service" if user else "of no unit") if stray else f"of {owner}"
    since = clock_time(_started(holder), case.incident.updated)
    sentence = f"{unit.name} cannot listen on port {port}: {culprit}, {of_whom}, "
    sentence += f"has held it since {since.removeprefix('at ').removeprefix('on ')}" if since else "holds it"
    quoted = f"port {port}: {name}, pid {pid}, user {user or 'unknown'}, unit {owner or 'none'}"
    looked = await case.cite_look("listening_sockets", quoted, port=port)
    remedy = None
    notes: tuple[str, ...] = ()
    if pid == 1:
        return await _held_by_socket(case, unit, port, cited, looked)
    if not stray:
        notes = (f"{unit.name} and {owner} want the same port; which of them should have it is for a person to say.",)
    elif pid > 1 and not is_protected_process(name):
        remedy = propose("terminate_process", str(pid), sentence, port=port, unit=unit.name)
    return case.finding("port-in-use", culprit, sentence, cited, looked, proven=True, proposal=remedy, notes=notes)


async def _held_by_socket(
    case: Case, unit: UnitState, port: int, cited: tuple[str, ...], looked: tuple[str, ...]
) -> Finding:
    """PID 1 itself listens, for a socket unit."""
    claims = rows(await case.look("port_claims", port=port), "claims")
    named = next((text(row, "unit") for row in claims if text(row, "how") == "listens"), "")
    cited = await case.cite_look("port_claims", port=port) if named else ()
    holder = named or "a socket unit"
    sentence = f"{unit.name} cannot listen on port {port}: systemd listens on it for {holder}"
    note = f"{unit.name} and {holder} want the same port; which of them should have it is for a person to say."
    return case.finding("port-in-use", holder, sentence, cited, looked, cited, proven=True, notes=(note,))


def _started(holder: Row) -> float:
    value = holder.get("started")
    return float(value) if isinstance(value, int | float) else 0.0
