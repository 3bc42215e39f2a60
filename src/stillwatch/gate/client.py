"""The only door that the rest of the program has to the gate. Speaks to it, and knows nothing of how it decides."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import pwd
from typing import Any, Final, Literal

from stillwatch.config import Paths
from stillwatch.errors import NotReachable, StillwatchError
from stillwatch.host.auditanchors import GATE_USER
from stillwatch.host.unixsockets import exchange

Door = Literal["propose", "admin"]
MAX_BYTES: Final = 4_194_304
DEADLINE: Final = 240.0
"""Seconds: longer than the longest change and its measurement."""


class GateRefused(StillwatchError):
    """The gate will not; the message is its reason."""

    exit_code = 4


class GateClosed(NotReachable):
    """The gate's door is closed to whoever asks; it says nothing about whether a gate runs."""


def ask(places: Paths, verb: str, *, door: Door = "admin", seconds: float = DEADLINE, **fields: Any) -> dict[str, Any]:
    """Say one verb of gate/protocol.py and return the answer.

    Raises NotReachable where no gate answers, GateClosed where we may not ask, GateRefused where it will not.
    """
    path = places.gate_runtime / f"{door}.sock"
    try:
        message = json.dumps({"verb": verb, **fields}).encode() + b"\n"
        answer = exchange(path, message, owners=_owners(places), seconds=seconds, most=MAX_BYTES)
        reply = json.loads(answer)
        if not isinstance(reply, dict):
            raise ValueError("the answer is no object")
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.EACCES:
            step = "run it with sudo, or as a member of the group stillwatch-admin"
            raise GateClosed(f"you may not speak with the gate at {path}", next_step=step) from error
        raise NotReachable(f"the gate does not answer at {path}: {error}", next_step=_next_step(places)) from error
    if reply.pop("ok", None) is not True:
        raise GateRefused(str(reply.get("reason", "no reason given")))
    return dict(reply)


async def ask_async(places: Paths, verb: str, *, door: Door = "propose", **fields: Any) -> dict[str, Any]:
    """As `ask`, without holding up the loop; whoever gives up waiting stops nothing that runs."""
    return await asyncio.to_thread(ask, places, verb, door=door, **fields)


def _owners(places: Paths) -> set[int]:
    """Who may listen there: systemd (root) or the gate's user; in a trial oneself."""
    if places.trial:
        return {os.getuid()}
    with contextlib.suppress(KeyError):
        return {0, pwd.getpwnam(GATE_USER).pw_uid}
    return {0}


def _next_step(places: Paths) -> str:
    return "start it with `stillwatch gate`" if places.trial else "look at `systemctl status stillwatch-gate`"
