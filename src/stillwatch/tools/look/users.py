"""Accounts that can log in, and the members of the groups that administer."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from stillwatch.tools.tool import HostReader, Look, Tool

NO_SHELLS = ("/nologin", "/false", "/sync", "/shutdown", "/halt")
ADMIN_GROUPS = ("sudo", "wheel", "admin", "root", "adm", "docker", "stillwatch-admin")


class Arguments(Tool, frozen=True):
    """Accounts that can log in, and the members of the groups that administer."""

    user: Annotated[str, Meta(max_length=64, description="this account alone; empty: all that can log in")] = ""

    async def look(self, reader: HostReader) -> Look:
        rows = [line.split(":") for line in reader.text("/etc/passwd").splitlines()]
        groups = [line.split(":") for line in reader.text("/etc/group").splitlines()]
        by_number = {row[2]: row[0] for row in groups if len(row) > 3}
        members = {row[0]: [name for name in row[3].split(",") if name] for row in groups if len(row) > 3}
        found: list[dict[str, Any]] = []
        for row in (row for row in rows if len(row) == 7):
            own = sorted({name for name, people in members.items() if row[0] in people} | {by_number.get(row[3], "")})
            account = {"name": row[0], "uid": int(row[2]), "home": row[5], "shell": row[6]}
            can = not row[6].endswith(NO_SHELLS)
            if row[0] == self.user or (not self.user and can):
                found.append({**account, "can_log_in": can, "groups": [name for name in own if name]})
        admins = {name: members[name] for name in ADMIN_GROUPS if members.get(name)}
        lines = [f"{row['name']} (uid {row['uid']}) {row['shell']} {', '.join(row['groups'])}" for row in found]
        lines += [f"group {name}: {', '.join(people)}" for name, people in admins.items()]
        if self.user and not found:
            lines = [f"there is no account {self.user}"]
        return Look("\n".join(lines) or "no account", {"accounts": found, "admins": admins})
