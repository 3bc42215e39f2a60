"""What the actions that free space share: it is worth doing only where the file system is full and then is not."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Final

from stillwatch.gate.change.action import Action, Change, HostAccess, Precondition, Verification
from stillwatch.gate.change.declared_entry import number

FULL: Final = 90


class Freeing(Action):
    """sees, does_it: what the peek and the root program call it; of: what would be deleted."""

    undoable = False
    success = f"the file system is below {FULL} % again"
    sees: ClassVar[str]
    does_it: ClassVar[str]
    of: ClassVar[str]

    @abstractmethod
    def words(self, change: Change) -> dict[str, str]:
        """What both programs are told beside that."""

    async def precondition(self, access: HostAccess, change: Change) -> Precondition:
        seen = await access.peek({"see": self.sees, **self.words(change)})
        used, then, size = number(seen, "used_percent"), number(seen, "then_percent"), number(seen, "bytes")
        full, helps = used >= FULL, then < FULL and size > 0
        finding = f"{size // 1_048_576} MiB of {self.of} may go; the file system is {used} % full and would be {then} %"
        return Precondition(
            ok=full and helps,
            reason=finding if full and helps else f"{finding}: {'too little' if full else 'there is no need'}",
            facts={"what": change.target, "full": str(full)},
            cause=f"the kernel says that the file system is {used} % full" if full else "",
        )

    async def run(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> str:
        done = await access.act({"do": self.does_it, **self.words(change)})
        return f"deleted {number(done, 'bytes') // 1_048_576} MiB of {self.of}"

    async def verify(self, access: HostAccess, change: Change, before: Mapping[str, str]) -> Verification:
        used = number(await access.peek({"see": self.sees, **self.words(change)}), "used_percent")
        return Verification(ok=used < FULL, said=f"the file system is {used} % full")
