"""What an action is, and the host it may touch: the contract between the gate's core and gate/change/*.py.

The core calls an action in this order, and nothing else calls it:

    decode → check_target → canonical → precondition → jobs → (effects, policy, limits, approval)
           → precondition again → intent on disk → run → outcome on disk → verify now, +1 min, +10 min → (worse: undo)

An action never decides whether it may run; it states facts and does one thing. Whatever it cannot establish it
raises as `Refused` (R7). It reads facts through `HostAccess` alone, so that tests give it one of their own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol

import msgspec

from stillwatch.errors import StillwatchError
from stillwatch.gate.declared import Declared
from stillwatch.records.unit import UnitState
from stillwatch.unit.transaction import Effects, Job, Verb

Risk = Literal["low", "medium", "high"]


class Refused(StillwatchError):
    """The gate will not do it; the message is the reason, in one sentence that names what was looked at."""

    exit_code = 4


class NotInstalled(Refused):
    """There is no such helper here, and none is expected: in a trial, or where nothing is asked for but an opinion."""


class Absent(Refused):
    """The target does not exist on this host: a proposal is refused, `explain` judges the words and reports it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} does not exist on this host")
        self.name = name


class Arguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of an action's arguments: closed (R2). Fields are str, int or bool with bounds given by msgspec.Meta."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A proposal whose arguments were decoded by the action's own closed schema."""

    action: str
    target: str
    arguments: Arguments


@dataclass(frozen=True, kw_only=True, slots=True)
class Precondition:
    """What was read off the system just now.

    facts: what must still be so at execution; they are hashed into the approval, so put in only what identifies the
      fault ("active_state": "failed", "invocation_id": …, "pid_start": …), nothing that drifts by itself.
    cause: the trusted cause (R12) in one sentence, read from PID 1, the kernel or `_`-fields; "" where there is none.
    touches: every unit that the change would disturb otherwise than by PID 1's jobs, by any of its names; the core
      resolves aliases, sockets and timers and compares them with the protected set (R3).
    """

    ok: bool
    reason: str
    facts: Mapping[str, str] = field(default_factory=dict)
    cause: str = ""
    touches: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class BlastRadius:
    """Whom it hits: `said` by fixed code ("may also restart 2 active units: gitea.service, nextcloud.service").

    dependants: other active units that would go down; connections: established ones that would drop, 0 if not known;
    sessions: open ones that would end or hold such a connection; stale: backups of it that are missing or too old;
    dire: what PID 1 may do to the whole host. The core raises the risk by them, never lowers it (R6).
    """

    said: str = ""
    dependants: tuple[str, ...] = ()
    connections: int = 0
    sessions: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    dire: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """ok: the success test's result, None where it could not be measured; worse: it should be undone (R14)."""

    ok: bool | None
    said: str
    worse: bool = False


class UnitBus(Protocol):
    """PID 1 over D-Bus. Every method raises `Refused` where the bus does not answer within its deadline (R7).

    unit: by any of its names, None where it is not loaded; effects: all that PID 1 would do with these jobs; sessions:
    ids of those that hang on these units, empty if not known; system_state: "running", "degraded", …; job: its result,
    once it has ended ("done", "failed", "timeout", …).
    """

    async def unit(self, name: str) -> UnitState | None: ...
    async def effects(self, jobs: Collection[Job]) -> Effects: ...
    async def sessions(self, units: Collection[str]) -> tuple[str, ...]: ...
    async def system_state(self) -> str: ...
    async def job(self, verb: Verb, name: str) -> str: ...
    async def reset_failed(self, name: str) -> None: ...


class Clock(Protocol):
    """now: wall time, for people and one-time codes; boot: CLOCK_BOOTTIME, for every limit and deadline (R33)."""

    def now(self) -> float: ...
    def boot(self) -> float: ...


class HostAccess(Protocol):
    """Everything that an action may touch. declared: what the policy file declares (root-owned text, trusted).

    act: asks the root helper, one closed JSON object in, one out; raises Refused where it does not answer or errs, and
    is never tried again: when the connection breaks after the request was sent, `Interrupted` says that nobody knows.
    peek: asks the peek helper (owner of a port, space, a declared file's state), which changes nothing.
    """

    declared: Declared

    @property
    def bus(self) -> UnitBus: ...
    @property
    def clock(self) -> Clock: ...
    async def act(self, request: Mapping[str, object]) -> Mapping[str, object]: ...
    async def peek(self, request: Mapping[str, object]) -> Mapping[str, object]: ...


class Interrupted(StillwatchError):
    """The change was begun and its end was not seen: the outcome is `unknown`, told, and never run again (R29)."""


class Action(ABC):
    """One file in gate/change/, and one instance by its name in gate/change/catalogue.py: `CATALOGUE`.

    does, success: what the approver reads, and what `verify` will measure, said before anything runs (R21, R14); fixed
    sentences in which {target} and the arguments' names stand for their values. undoes: the same for `undo`, "" where
    nobody can take it back; restores: the facts of the precondition that are as before then.
    """

    name: ClassVar[str]
    risk: ClassVar[Risk]
    undoable: ClassVar[bool]
    does: ClassVar[str]
    success: ClassVar[str]
    undoes: ClassVar[str] = ""
    restores: ClassVar[tuple[str, ...]] = ()
    example: ClassVar[str] = ""
    arguments: ClassVar[type[Arguments]] = Arguments

    @abstractmethod
    async def check_target(self, access: HostAccess, change: Change) -> None:
        """Raise Refused unless the target is one that the system or the policy names (R3, R15); Absent if not here.

        The text is judged before the system is asked anything.
        """

    @abstractmethod
    async def precondition(self, access: HostAccess, change: Change) -> Precondition:
        """Read the state now. Called at the proposal, again right before execution (R22), and by `explain`."""

    async def canonical(self, access: HostAccess, change: Change) -> Change:
        """The same change by its thing's one name, so that what has several is judged, counted and shown once (R36)."""
        return change

    def about(self, access: HostAccess, change: Change) -> tuple[str, ...]:
        """What the policy's targets are compared with: all names of the thing; of a unit, the core knows the others."""
        return (change.target,)

    async def jobs(
        self, access: HostAccess, change: Change, before: Mapping[str, str], *, undo: bool = False
    ) -> tuple[Job, ...]:
        """What PID 1 would be told by it as things stand in `before`, or by taking it back (R35)."""
        return ()

    def meant(self, access: HostAccess, change: Change) -> tuple[str, ...]:
        """Patterns of units that `jobs` names or starts: protected by their kind, and meant by the declared entry."""
        return ()

    @abstractmethod
    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        """Do it, once; what was done, in one sentence. Raises Refused if nothing was changed, Interrupted if unsure.

        before: the precondition's facts, as they were judged and approved: what is done is done to exactly that (R22).
        """

    @abstractmethod
    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        """The success test, fixed before execution. before: the precondition's facts. Changes nothing."""

    async def undo(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        """Take it back; what was done. Raises as `run` does. before: the facts that the change found."""
        raise Refused(f"no action undoes {self.name}")

    def is_back(self, before: Mapping[str, str], now: Mapping[str, str]) -> bool:
        """The success test of `undo`."""
        return all(before.get(fact) == now.get(fact) for fact in self.restores)

    def describe(self, change: Change) -> str:
        return self.does.format(target=change.target, **msgspec.structs.asdict(change.arguments))

    def success_test(self, change: Change) -> str:
        return self.success.format(target=change.target, **msgspec.structs.asdict(change.arguments))
