"""What a run says of a case, judged from outside: by the report alone and by the machine, never by a model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evals.scenario import Case
from evals.stage import Fault

Incident = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """root: every injected fault has an incident with a right cause that names its culprit (a trap: nothing told);

    wrong: proposals that cannot help; mended: None where nothing was to be mended; changed: what changed and may not.
    """

    name: str
    seed: int
    root: bool
    incidents: int
    wanted: int
    wrong: tuple[str, ...] = ()
    mended: bool | None = None
    changed: tuple[str, ...] = ()
    seconds: float = 0.0
    told: tuple[str, ...] = ()
    problem: str = ""

    @property
    def half(self) -> str:
        return half_of(self.name)

    @property
    def single(self) -> bool:
        return self.incidents == self.wanted

    def json(self) -> dict[str, Any]:
        return {**asdict(self), "half": self.half, "single": self.single}


def half_of(name: str) -> str:
    """ "shown" or "kept", by the scenario's name: nobody tunes on what is kept."""
    folder = name.partition(".")[0]
    return "shown" if hashlib.sha256(folder.encode()).digest()[0] % 2 else "kept"


def judge(case: Case, fault: Fault, seed: int, incidents: Sequence[Incident], seconds: float) -> Verdict:
    """The verdict on what was told."""
    told = [one for one in incidents if one["severity"] != "info" and one["state"] != "muted"]
    right = all(_is_named(case, one, told) for one in (fault, *fault.more)) if case.causes else not told
    return Verdict(
        name=case.name,
        seed=seed,
        root=right,
        incidents=len(told),
        wanted=case.incidents,
        wrong=tuple(_proposed(one) for one in told if one["proposal"] and _action(one) not in case.actions),
        seconds=round(seconds, 1),
        told=tuple(_line(one) for one in told),
    )


def failed(case: Case, seed: int, problem: str) -> Verdict:
    """The case could not be played: that counts as not solved."""
    return Verdict(name=case.name, seed=seed, root=False, incidents=0, wanted=case.incidents, problem=problem)


def _is_named(case: Case, fault: Fault, told: Sequence[Incident]) -> bool:
    return any(
        one["cause"]
        and one["cause"]["id"] in case.causes
        and (
            not fault.culprits
            or any(
                word in f"{one['subject']} {one['cause']['object']} {one['cause']['text']}" for word in fault.culprits
            )
        )
        for one in told
    )


def _action(incident: Incident) -> str:
    return str(incident["proposal"]["action"])


def _proposed(incident: Incident) -> str:
    return f"{_action(incident)} {incident['proposal']['target']}"


def _line(incident: Incident) -> str:
    cause = incident["cause"] or {"id": "none", "object": "", "text": ""}
    proposal = f" → {_proposed(incident)}" if incident["proposal"] else ""
    said = f"{incident['severity']} {incident['subject']}: {cause['id']} [{cause['object']}] {incident['confidence']}"
    return f"{said}: {cause['text']}{proposal}"
