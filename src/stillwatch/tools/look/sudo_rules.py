"""Who may use sudo, as whom and for which programs, by the sudoers files; of one account if named."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from stillwatch.helpers.sudoers import FILE, Grant
from stillwatch.host.root_only import who_may_sudo
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """Who may use sudo, as whom and for which programs, by the sudoers files; of one account if named."""

    user: Annotated[str, Meta(max_length=64, description="this account alone; empty: all rules")] = ""

    async def look(self, reader: HostReader) -> Look:
        found = await in_thread(lambda: who_may_sudo(reader.root))
        if found is None:
            raise PermissionError(f"{FILE} may be read by root alone")
        names = _names(reader, self.user) if self.user else set[str]()
        rows = [one for one in found["grants"] if not self.user or one["who"] in names]
        lines = [_told(row) for row in rows] or [f"no sudo rule{f' is about {self.user}' if self.user else ''}"]
        lines += [f"{found['unread']} files or lines of it were not understood"] if found["unread"] else []
        return Look("\n".join(lines), {"rules": rows, "unread": found["unread"]})


def _told(row: Grant) -> str:
    without = "" if row["password"] else ", without a password"
    return f"{row['who']} on {row['host']} as {row['run_as']}: {', '.join(row['programs'])}{without}"


def _names(reader: HostReader, user: str) -> set[str]:
    """What a rule may call an account: itself, its number, its groups, ALL."""
    accounts = [line.split(":") for line in reader.text("/etc/passwd").splitlines()]
    groups = [line.split(":") for line in reader.text("/etc/group").splitlines()]
    mine = {group for row in accounts if row[0] == user and len(row) > 3 for group in (row[3],)}
    numbers = {f"#{row[2]}" for row in accounts if row[0] == user and len(row) > 3}
    of = [row for row in groups if len(row) > 3 and (row[2] in mine or user in row[3].split(","))]
    return {user, "ALL", *numbers, *(f"%{row[0]}" for row in of), *(f"%#{row[2]}" for row in of)}
