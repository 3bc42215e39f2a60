"""Take back a change that the gate made: what it found before, restored, while what it left still stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from stillwatch.gate.change.action import Absent, Action, Change, HostAccess, Precondition, Refused, Verification


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A change in the gate's book. before, left: the facts that it found and those that it left.

    left is empty where they were not read, where the same thing was changed again since, or taken back once.
    """

    state: str
    action: Action
    change: Change
    before: Mapping[str, str]
    left: Mapping[str, str]


class Undo(Action):
    """The target is the change's id. made: None for an id that the book does not have; every undo asks a person."""

    name = "undo"
    risk, undoable = "medium", True
    example = "A-17"
    does = "take back {target}"
    success = "what {target} changed is as it was before, now and after 1 and 10 minutes"

    def __init__(self, change_id: str = "", made: Made | None = None) -> None:
        self.change_id, self.found = change_id, made

    @property
    def made(self) -> Made:
        if self.found is None:
            raise Absent(self.change_id)
        return self.found

    async def check_target(self, access: HostAccess, change: Change) -> None:
        if self.made.state != "done":
            raise Refused(f"{change.target} is {self.made.state}: there is nothing to take back")
        if not self.made.action.undoes:
            raise Refused(f"no action undoes {self.made.action.name}")
        if not self.made.left:
            raise Refused("the same was changed again since, or how it was left is not known")

    async def precondition(self, access: HostAccess, change: Change) -> Precondition:
        now = await self.made.action.precondition(access, self.made.change)
        same = now.facts == self.made.left
        finding = (
            f"{change.target} left it as it is: {now.reason}" if same else f"not as {change.target} left it any more"
        )
        done = f"the gate's own book says that {change.target} was done"
        return replace(now, ok=same, reason=finding, cause=done if same else "")

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        return await self.made.action.undo(access, self.made.change, self.made.before)

    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        now = (await self.made.action.precondition(access, self.made.change)).facts
        back = self.made.action.is_back(self.made.before, now)
        return Verification(ok=back, said=f"what {change.target} changed is {'' if back else 'not '}as it was before")

    def describe(self, change: Change) -> str:
        does = super().describe(change)
        return f"{does}: {self.made.action.undoes.format(target=self.made.change.target)}" if self.found else does
