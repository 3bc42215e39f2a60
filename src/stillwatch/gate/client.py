"""The only door that the rest of the program has to the gate. Speaks to it, and knows nothing of how it decides."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pwd
from collections.abc import Mapping
from typing import Any, Final, Literal

from stillwatch.config import Places
from stillwatch.errors import NotReachable, StillwatchError
from stillwatch.host.auditanchors import GATE_USER
from stillwatch.host.unixsockets import exchange
from stillwatch.ports import Answered
from stillwatch.records.action import Decision, Outcome, Proposal
from stillwatch.records.event import Untrusted

Door = Literal["propose", "admin"]
MAX_BYTES: Final = 4_194_304
DEADLINE: Final = 240.0
"""Seconds: longer than the longest change and its measurement."""


class GateRefused(StillwatchError):
    """The gate will not; the message is its reason."""

    exit_code = 4


def ask(places: Places, verb: str, *, door: Door = "admin", seconds: float = DEADLINE, **fields: Any) -> dict[str, Any]:
    """Say one verb of gate/protocol.py and return the answer.

    Raises NotReachable where no gate answers, GateRefused with its reason where it will not.
    """
    path = places.gate_runtime / f"{door}.sock"
    try:
        message = json.dumps({"verb": verb, **fields}).encode() + b"\n"
        answer = exchange(path, message, owners=_owners(places), seconds=seconds, most=MAX_BYTES)
        reply = _object(answer)
    except (OSError, ValueError) as error:
        raise NotReachable(
            f"the gate does not answer at {path}: {error}", next_step=_next_step(places, error)
        ) from error
    if reply.pop("ok", None) is not True:
        raise GateRefused(str(reply.get("reason", "no reason given")))
    return dict(reply)


async def ask_async(places: Places, verb: str, *, door: Door = "propose", **fields: Any) -> dict[str, Any]:
    """As `ask`, without holding up the loop; whoever gives up waiting stops nothing that runs."""
    return await asyncio.to_thread(ask, places, verb, door=door, **fields)


async def propose(places: Places, proposal: Proposal, incident: str = "") -> Answered:
    """Propose a change. A refusal is an answer with its decision, never an exception; NotReachable is raised."""
    said: dict[str, Any] = {"action": proposal.action, "target": proposal.target, "arguments": dict(proposal.arguments)}
    try:
        reply = await ask_async(places, "propose", **said, because=proposal.because[:4000], incident=incident[:64])
    except GateRefused as refused:
        decision = Decision(verdict="refuse", rule="gate", reason=str(refused))
        return Answered(id="", state="refused", decision=decision, outcome=None)
    return proposed(reply)


def proposed(reply: Mapping[str, Any]) -> Answered:
    """An answer to `propose`, `show`, `approve` or one of `list` as a record."""
    outcome = reply["outcome"]
    return Answered(
        id=reply["id"] or "",
        state=reply["state"],
        decision=Decision(**reply["decision"]),
        outcome=Outcome(**{**outcome, "said": Untrusted(outcome["said"])}) if outcome else None,
    )


def _owners(places: Places) -> set[int]:
    """Who may listen there: systemd (root) or the gate's user; in a trial oneself."""
    if places.trial:
        return {os.getuid()}
    with contextlib.suppress(KeyError):
        return {0, pwd.getpwnam(GATE_USER).pw_uid}
    return {0}


def _object(answer: bytes) -> dict[str, Any]:
    reply = json.loads(answer)
    if not isinstance(reply, dict):
        raise ValueError("the answer is no object")
    return reply


def _next_step(places: Places, error: BaseException) -> str:
    if isinstance(error, PermissionError):
        return "run it as root or as a member of stillwatch-admin"
    return "start it with `stillwatch gate`" if places.trial else "look at `systemctl status stillwatch-gate`"
