"""Who logged in lately, by what sshd, login and logind said: user, from where, when."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta

from stillwatch.records.iso import iso
from stillwatch.tools.journal_lines import said_by
from stillwatch.tools.tool import Look, Tool, World, in_thread

SSH = ("sshd", "sshd-session", "dropbear")
_SSH = re.compile(r"Accepted (?P<how>\S+) for (?P<user>\S+) from (?P<from>\S+)")
_LOGIN = re.compile(r"(?:LOGIN ON \S+ BY|ROOT LOGIN ON \S+ BY) (?P<user>\S+)")


class Arguments(Tool, frozen=True):
    """Who logged in lately, by what sshd, login and logind said: user, from where, when."""

    hours: Annotated[float, Meta(gt=0, le=720, description="how far back")] = 168.0

    async def look(self, world: World) -> Look:
        lines = await in_thread(lambda: said_by(world, [*SSH, "login"], self.hours * 3600))
        rows = []
        for line in lines:
            if found := _SSH.search(line.text) or _LOGIN.search(line.text):
                said = found.groupdict()
                rows.append(
                    {"user": said["user"], "from": said.get("from", ""), "how": said.get("how", "login"), "at": line.at}
                )
        text = [f"{iso(row['at'])} {row['user']} from {row['from'] or 'here'} ({row['how']})" for row in rows[-25:]]
        return Look(
            "\n".join(text) or "nobody logged in", {"logins": rows[::-1], "count": len(rows), "hours": self.hours}
        )
