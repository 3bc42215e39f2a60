"""A certificate that is not accepted: what the server shows, against the clock and the name that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import Case, Finding
from stillwatch.think.diagnosis.causes.facts import clock_time, number, rows, text
from stillwatch.think.diagnosis.causes.failing import plain
from stillwatch.think.diagnosis.causes.outside import certificate_expired
from stillwatch.think.diagnosis.causes.targets import Target, targets_of
from stillwatch.unit.facts import paths_of

KINDS = ("certificate-expired", "certificate-wrong", "clock-wrong")
_FILES = (".pem", ".crt", ".cer", ".cert")


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    names: Sequence[str]
    begins: float
    ends: float


async def certificate(case: Case) -> Finding | None:
    """As the server on this machine shows it; else as the words say."""
    cited = case.cite(*KINDS)
    if not cited:
        return None
    unit = case.unit
    triggers = case.triggers(*KINDS)
    for target in targets_of(triggers, unit) if unit else []:
        if (found := await _served(case, target, cited)) is not None:
            return found
    return await certificate_expired(case) or await plain(case)


async def _served(case: Case, target: Target, cited: tuple[str, ...]) -> Finding | None:
    shown = await _shown(case, target)
    if shown is None:
        return None
    cause, why = _wrong(shown, target, case.now or case.incident.updated)
    if not cause:
        return None
    holders = rows(await case.look("listening_sockets", port=target.port), "sockets")
    server = next((name for row in holders if (name := text(row, "unit"))), "")
    known = case.unit_named(server)
    file = _file_of(known)
    looked = await case.cite_look("shown_certificate", port=target.port, name=target.host)
    culprit = file or server or f"port {target.port}"
    whose = f"{file + ', ' if file else ''}the certificate that {server or 'the service'} shows on port {target.port},"
    sentence = f"{whose[0].upper()}{whose[1:]} {why}: {case.who} does not accept it"
    if case.triggers("timer-disabled") and (renewal := await certificate_expired(case)):
        return renewal
    return case.finding(cause, culprit, sentence, cited, looked, proven=True)


async def _shown(case: Case, target: Target) -> Shown | None:
    data = await case.look("shown_certificate", port=target.port, name=target.host)
    names = data.get("names")
    if not data or not isinstance(names, Sequence):
        return None
    return Shown(names=[str(name) for name in names], begins=number(data, "begins"), ends=number(data, "ends"))


def _wrong(shown: Shown, target: Target, now: float) -> tuple[str, str]:
    """The cause and what is wrong, "" where the look finds nothing."""
    if now > shown.ends:
        return "certificate-expired", f"expired {clock_time(shown.ends, now)}"
    if now < shown.begins:
        return "certificate-wrong", f"is not valid before {clock_time(shown.begins, now).removeprefix('on ')}"
    if not any(_covers(name, target.host) for name in shown.names):
        named = ", ".join(shown.names[:3]) or "no name"
        return "certificate-wrong", f"is for {named} and not for {target.host}"
    return "", ""


def _covers(name: str, host: str) -> bool:
    """RFC 6125: a wildcard stands for one label."""
    name, host = name.lower(), host.lower()
    return name == host or (name.startswith("*.") and host.partition(".")[2] == name[2:])


def _file_of(unit: UnitState | None) -> str:
    """The certificate that the server's own command line names."""
    named = [path for path in paths_of(unit) if path.endswith(_FILES)] if unit else []
    return next((path for path in named if "key" not in path.rpartition("/")[2]), "")
