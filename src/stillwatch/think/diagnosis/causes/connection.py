"""A connection that does not come about: who is asked, where that leads, and who should answer there.

Each answer is looked for: somebody listens there (then why does it not answer?), another unit should (then why does it
not run?), the name leads elsewhere, or nobody was ever there.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

from stillwatch.records.cause import CAUSES
from stillwatch.records.trigger import Trigger
from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import PROVEN, SEEN, TOLD, Case, Finding, propose
from stillwatch.think.diagnosis.causes.facts import Row, number, rows, text
from stillwatch.think.diagnosis.causes.localsocket import local_socket
from stillwatch.think.diagnosis.causes.silent import silent_port
from stillwatch.think.diagnosis.causes.targets import Target, targets_of
from stillwatch.unit.programs import servers_of, speaks_for

KINDS: Final = ("dependency-failed", "network", "timeout", "other", "")
_ANYWHERE: Final = ("0.0.0.0", "::", "*")  # noqa: S104
_SILENCE: Final = re.compile(
    r"\btime-?d? ?out\b|\b(?:no|not|n't) (?:answer|repl|respon)|\bunresponsive\b|\bno route\b", re.I
)
_OPENED: Final = re.compile(
    r"\bread(?:ing)?\b.{0,30}\b(?:response|repl|header|upstream|time-?d? ?out)|\bawaiting (?:response )?headers"
    r"|\bread time-?d? ?out|\bwaiting for (?:a |the )?(?:response|reply|answer)",
    re.I,
)
"""The connection was there: it is the answer that did not come."""
_PATIENCE: Final = 3.0
_MOST_PORTS: Final = 12
_SILENT_FOR: Final = 20.0
"""Seconds without a complaint after which somebody who listens is taken to answer again; where nothing came back."""


async def dependency(case: Case) -> Finding | None:
    """What a unit cannot reach: a unit by PID 1's own list, else whoever should be at that address."""
    cited = case.cite(*KINDS)
    unit = case.unit
    # What suffers from this unit says so too: only its own complaint speaks of what it needs itself.
    if unit is None:
        return None
    own = [t for t in case.triggers(*KINDS) if t.subject in unit.names or speaks_for(t.subject, unit.name)]
    if not own:
        return None
    for name in (*unit.requires, *unit.wants):
        needed = case.unit_named(name)
        if needed is not None and needed.active_state == "failed":
            looked = await case.cite_look("unit_status", unit=needed.name)
            sentence = f"{unit.name} needs {needed.name}, which has failed"
            return case.finding("dependency-failed", needed.name, sentence, cited, looked, proven=True)
    if (found := await local_socket(case, unit, own, cited)) is not None:
        return found
    targets = targets_of(own, unit)
    for target in targets:
        if (found := await _at(case, unit, target, own, cited)) is not None:
            return found
    if not targets and (found := await _by_its_settings(case, unit, cited)) is not None:
        return found
    cause = "dependency-failed" if case.triggers("dependency-failed") else "network"
    if not case.triggers("dependency-failed", "network"):
        return None
    place = next((str(target) for target in targets_of(own, unit)), "")
    sentence = f"{unit.name}: {CAUSES[cause]}{f' ({place})' if place else ''}{case.last_statement(cause)}"
    return case.finding(cause, unit.name, sentence, cited, confidence=SEEN if case.trusted(cause) else TOLD)


async def _at(
    case: Case, unit: UnitState, target: Target, own: Sequence[Trigger], cited: tuple[str, ...]
) -> Finding | None:
    """Why nobody answers at that address, as far as this machine shows it; None where it does not."""
    known = rows(await case.look("name_address", name=target.host), "addresses")
    known = known or ([{"address": "127.0.0.1", "local": True, "line": 0}] if target.host == "localhost" else [])
    seen = await case.look("listening_sockets", port=target.port)
    others = [row for row in rows(seen, "sockets") if _is_tcp(row) and text(row, "unit") != unit.name]
    if not known or not seen:
        return None
    here = [row for row in known if row.get("local") is True]
    if not here:
        return await _elsewhere(case, unit, target, known, others, cited)
    address = text(here[0], "address")
    reached = [row for row in others if text(row, "address") in (address, *_ANYWHERE)]
    if reached:
        return await _listens(case, unit, target, reached[0], own, cited)
    if others:
        return await _wrong_name(case, unit, target, here[0], others[0], cited)
    return await _nobody(case, unit, target, cited)


async def _by_its_settings(case: Case, unit: UnitState, cited: tuple[str, ...]) -> Finding | None:
    """Who is called by a name of the unit's own settings, where these speak of one port at which nobody listens."""
    status = await case.look("unit_status", unit=unit.name)
    named = (status.get(name) for name in ("config_ports", "settings_ports"))
    ports = dict.fromkeys(port for each in named if isinstance(each, list) for port in each if isinstance(port, int))
    found, silent = list[Finding](), list[int]()
    for port in list(ports)[:_MOST_PORTS]:
        if not (seen := await case.look("listening_sockets", port=port)) or rows(seen, "sockets"):
            continue
        silent.append(port)
        target = Target(host="localhost", port=port)
        nobody = await case.cite_look("listening_sockets", f"nobody listens on port {port}", port=port)
        found += [one async for one in _servers(case, unit, target, (*cited, *nobody))]
    only = len({one.cause.object for one in found}) == 1
    return found[0] if only else None if found else await silent_port(case, unit, silent, cited)


def _is_tcp(row: Row) -> bool:
    return text(row, "protocol") == "tcp"


async def _elsewhere(
    case: Case, unit: UnitState, target: Target, known: Sequence[Row], listed: Sequence[Row], cited: tuple[str, ...]
) -> Finding | None:
    """The name leads to another machine, while its port is served by this one."""
    named = [row for row in known if number(row, "line")]
    if not named:
        return None
    if listed:
        return await _wrong_name(case, unit, target, named[0], listed[0], cited)
    sentence = (
        f"{unit.name} asks {target}, which is {text(named[0], 'address')} by /etc/hosts, and nobody answers there"
    )
    looked = await case.cite_look("name_address", name=target.host)
    return case.finding("wrong-address", "/etc/hosts", sentence, cited, looked, confidence=TOLD)


async def _wrong_name(
    case: Case, unit: UnitState, target: Target, where: Row, holder: Row, cited: tuple[str, ...]
) -> Finding:
    """Somebody listens on the port, at another address than the one that is asked."""
    server = text(holder, "unit") or text(holder, "name") or "a process"
    address, at = text(where, "address"), text(holder, "address")
    seen = await case.cite_look("listening_sockets", f"{server} listens on {at}:{target.port}", port=target.port)
    looked = await case.cite_look("name_address", name=target.host)
    line = number(where, "line")
    culprit = "/etc/hosts" if line else str(target)
    resolved = f"{target.host} is {address} by line {line} of /etc/hosts" if line else f"{unit.name} asks {target}"
    sentence = f"{resolved}, but {server} listens on {at}:{target.port} only: {unit.name} is refused"
    return case.finding("wrong-address", culprit, sentence, cited, looked, seen, proven=True)


async def _listens(
    case: Case, unit: UnitState, target: Target, holder: Row, own: Sequence[Trigger], cited: tuple[str, ...]
) -> Finding | None:
    """Somebody is there: it hangs, or it has come back."""
    pid, server = number(holder, "pid"), text(holder, "unit")
    name = server or f"{text(holder, 'name') or 'a process'} (pid {pid})"
    state, waiting = text(holder, "state"), number(holder, "waiting")
    now = case.incident.updated if case.now == 0 else case.now
    last = max(trigger.last for trigger in own)
    if state in ("stopped", "tracing-stop", "disk-sleep") or waiting > 0:
        why = {"stopped": "its process is stopped", "tracing-stop": "its process is being traced"}.get(
            state, "its process waits for a disk" if state == "disk-sleep" else ""
        )
        queue = f"{waiting} connections wait for it to accept them" if waiting else ""
        reason = " and ".join(filter(None, (why, queue)))
        seen = await case.cite_look("listening_sockets", f"{name}, pid {pid}: {reason}", port=target.port)
        sentence = f"{name} holds port {target.port} and does not answer {unit.name}: {reason}"
        known = case.unit_named(server)
        remedy = propose("restart_unit", known.name, sentence, once=True) if known and _is_service(known) else None
        return case.finding("timeout", name, sentence, cited, seen, proven=True, proposal=remedy)
    started = holder.get("started")
    came = isinstance(started, int | float) and started > min(trigger.first for trigger in own) - 1
    if now - last >= _patience(own) or (came and last < float(str(started)) + 2):
        seen = await case.cite_look("listening_sockets", f"{name} listens on port {target.port}", port=target.port)
        sentence = f"{unit.name} could not reach {target} for a while; {name} listens there now"
        return case.finding(
            "dependency-failed", name, sentence, cited, seen, confidence=PROVEN, over=f"{name} answers again"
        )
    if not came and (dropped := await _dropped(case, unit, target, name, own, cited)) is not None:
        return dropped
    if server in case.troubled:
        seen = await case.cite_look("listening_sockets", f"{name} listens on port {target.port}", port=target.port)
        sentence = f"{unit.name} asks {target}, where {name} has trouble of its own"
        return case.finding("dependency-failed", name, sentence, cited, seen, proven=True)
    return None


def _patience(own: Sequence[Trigger]) -> float:
    """A port that is open proves that nobody is refused any more, and not that anybody is answered."""
    pauses = [(trigger.last - trigger.first) / (trigger.count - 1) for trigger in own if trigger.count > 1]
    least = _SILENT_FOR if any(_SILENCE.search(trigger.sample[:2000]) for trigger in own) else _PATIENCE
    return max(least, 2.5 * min(pauses, default=0.0))


async def _dropped(
    case: Case, unit: UnitState, target: Target, name: str, own: Sequence[Trigger], cited: tuple[str, ...]
) -> Finding | None:
    """Who listens, is not stopped and has nobody waiting, while nothing ever comes back: its packets are dropped.

    A program that refuses or is slow has the connection at least; on this machine only a firewall takes it away. Who
    listens and has trouble of its own may be silent for that: then a connection that waits to be opened must show it.
    """
    last = max(own, key=lambda trigger: trigger.last)
    if not _SILENCE.search(last.sample[:2000]):
        return None
    now = await case.look("connections")
    syn = _at_port(now, "opening", target)
    if name in case.troubled and not syn:
        return None
    if not syn and (_OPENED.search(last.sample[:2000]) or _at_port(now, "to_ports", target)):
        return await _mute(case, unit, target, name, cited)
    seen = await case.cite_look(
        "listening_sockets", f"{name} listens on port {target.port}; nobody waits for it", port=target.port
    )
    looked = await case.cite_look("connections", f"asked for at port {target.port} and not answered") if syn else ()
    sentence = (
        f"{unit.name} asks {target}, where {name} listens, and no packet comes back: "
        "a firewall of this machine drops them, as it seems (nft list ruleset)"
    )
    return case.finding("network", f"firewall, port {target.port}", sentence, cited, seen, looked, confidence=SEEN)


def _at_port(seen: Mapping[str, object], name: str, target: Target) -> list[Row]:
    return [row for row in rows(seen, name) if number(row, "port") == target.port]


async def _mute(case: Case, unit: UnitState, target: Target, name: str, cited: tuple[str, ...]) -> Finding:
    """It takes what is sent to it and answers nothing."""
    seen = await case.cite_look(
        "listening_sockets", f"{name} listens on port {target.port}; nobody waits for it", port=target.port
    )
    sentence = f"{name} takes the connections of {unit.name} on port {target.port} and does not answer in time"
    known = case.unit_named(name)
    remedy = propose("restart_unit", known.name, sentence, once=True) if known and _is_service(known) else None
    return case.finding("timeout", name, sentence, cited, seen, confidence=SEEN, proposal=remedy)


async def _nobody(case: Case, unit: UnitState, target: Target, cited: tuple[str, ...]) -> Finding | None:
    """Nobody listens on that port of this machine: who should, by the units' own files?"""
    looked = await case.cite_look("listening_sockets", f"nobody listens on port {target.port}", port=target.port)
    async for found in _servers(case, unit, target, (*cited, *looked)):
        return found
    sentence = f"{unit.name} asks {target}, where nobody listens, and no unit's file speaks of that port"
    cited = await case.cite_look("port_claims", port=target.port)
    return case.finding("wrong-address", str(target), sentence, cited, looked, cited, confidence=SEEN)


async def _servers(case: Case, unit: UnitState, target: Target, cited: tuple[str, ...]) -> AsyncIterator[Finding]:
    """Each unit whose files speak of that port, and why it does not serve it."""
    listed = rows(await case.look("port_claims", port=target.port), "claims")
    claims = [row for row in listed if text(row, "unit") != unit.name and text(row, "how") != "asks"]
    claims += [] if claims else [{"unit": name} for name in servers_of(target.port, case.units.values())]
    for row in claims:
        state = await case.look("unit_status", unit=text(row, "unit"))
        if found := await _should_serve(case, unit, target, row, state, cited):
            yield found


async def _should_serve(
    case: Case, unit: UnitState, target: Target, claim: Row, state: Row, cited: tuple[str, ...]
) -> Finding | None:
    name = text(claim, "unit")
    active, masked = text(state, "active_state"), text(state, "load_state") == "masked"
    seen = await case.cite_look("unit_status", unit=name)
    cited = await case.cite_look("port_claims", port=target.port)
    if masked:
        sentence = (
            f"{name}, which serves port {target.port}, is masked, so nothing can start it: {unit.name} is refused"
        )
        off = propose("unmask_unit", name, sentence)
        return case.finding(
            "masked", name, sentence, cited, seen, cited, proven=True, proposal=off, meant=case.meant(name)
        )
    if active == "failed":
        sentence = f"{unit.name} needs {name}, which serves port {target.port} and has failed"
        return case.finding("dependency-failed", name, sentence, cited, seen, cited, proven=True)
    if active == "inactive":
        sentence = f"{name}, which serves port {target.port}, does not run: {unit.name} is refused"
        enabled = text(state, "enabled") in ("enabled", "enabled-runtime") and _is_name(name)
        remedy = propose("start_unit", name, sentence) if enabled else None
        return case.finding(
            "dependency-failed",
            name,
            sentence,
            cited,
            seen,
            cited,
            proven=True,
            proposal=remedy,
            meant=case.meant(name),
        )
    if active == "active":
        sentence = (
            f"{name} runs, and does not listen on port {target.port}, which its file names: {unit.name} is refused"
        )
        return case.finding("wrong-address", name, sentence, cited, seen, cited, confidence=SEEN)
    return None


def _is_service(unit: UnitState) -> bool:
    return unit.name.endswith(".service") and unit.kind != "oneshot"


def _is_name(name: str) -> bool:
    return name.endswith((".service", ".socket"))
