"""The only door that the rest of the program has to the gate. Speaks to it, and knows nothing of how it decides."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import pwd
from typing import Any, Final, Literal, TypeVar

from stillwatch.config import Paths
from stillwatch.errors import NotReachable, StillwatchError
from stillwatch.host.auditanchors import GATE_USER
from stillwatch.host.unixsockets import exchange
from stillwatch.views.gate import Verb

Door = Literal["propose", "admin"]
T = TypeVar("T")
MAX_BYTES: Final = 4_194_304
DEADLINE: Final = 240.0
"""Seconds: longer than the longest change and its measurement."""


class GateRefused(StillwatchError):
    """The gate will not; the message is its reason."""

    exit_code = 4


class GateClosed(NotReachable):
    """The gate's door is closed to whoever asks; it says nothing about whether a gate runs."""


def ask(paths: Paths, verb: Verb[T], *, door: Door = "admin", seconds: float = DEADLINE, **fields: Any) -> T:
    """Say a verb and return its answer. Raises as `say`, and NotReachable for an answer that is not understood."""
    return verb.read(say(paths, verb.name, door=door, seconds=seconds, **fields))


async def ask_async(paths: Paths, verb: Verb[T], *, door: Door = "propose", **fields: Any) -> T:
    """As `ask`, without holding up the loop; whoever gives up waiting stops nothing that runs."""
    return verb.read(await asyncio.to_thread(say, paths, verb.name, door=door, **fields))


def say(paths: Paths, verb: str, *, door: Door = "admin", seconds: float = DEADLINE, **fields: Any) -> dict[str, Any]:
    """One verb of gate/protocol.py, and its answer as it comes.

    Raises NotReachable where no gate answers, GateClosed where we may not ask, GateRefused where it will not.
    """
    path = paths.gate_runtime / f"{door}.sock"
    try:
        message = json.dumps({"verb": verb, **fields}).encode() + b"\n"
        answer = exchange(path, message, owners=_owners(paths), seconds=seconds, most=MAX_BYTES)
        reply = json.loads(answer)
        if not isinstance(reply, dict):
            raise ValueError("the answer is no object")
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.EACCES:
            step = "run it with sudo, or as a member of the group stillwatch-admin"
            raise GateClosed(f"you may not speak with the gate at {path}", next_step=step) from error
        raise NotReachable(f"the gate does not answer at {path}: {error}", next_step=_next_step(paths)) from error
    if reply.pop("ok", None) is not True:
        raise GateRefused(str(reply.get("reason", "no reason given")))
    return dict(reply)


def _owners(paths: Paths) -> set[int]:
    """Who may listen there: systemd (root) or the gate's user; in a trial oneself."""
    if paths.trial:
        return {os.getuid()}
    with contextlib.suppress(KeyError):
        return {0, pwd.getpwnam(GATE_USER).pw_uid}
    return {0}


def _next_step(paths: Paths) -> str:
    return "start it with `stillwatch gate`" if paths.trial else "look at `systemctl status stillwatch-gate`"
