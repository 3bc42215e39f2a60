"""Logins that failed lately: how many, for whom, from which addresses."""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated, Any

from msgspec import Meta

from stillwatch.records.iso import iso
from stillwatch.tools.journal_lines import said_by
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread

PROGRAMS = ("sshd", "sshd-session", "login", "su", "sudo", "dropbear", "dovecot", "vsftpd")
_FAILED = (
    re.compile(r"Failed \S+ for (?:invalid user )?(?P<user>\S*) ?from (?P<from>\S+)"),
    re.compile(r"FAILED LOGIN.* FROM (?P<from>\S+) FOR (?P<user>[^,\s]+)"),
    re.compile(r"Bad password attempt for '(?P<user>[^']*)' from (?P<from>[^:\s]+)"),
    re.compile(r"FAILED SU \(to \S+\) (?P<user>\S+) on"),
    re.compile(r"^(?P<user>\S+) : .*incorrect password attempt"),
)


class Arguments(Tool, frozen=True):
    """Logins that failed lately: how many, for whom, from which addresses."""

    hours: Annotated[float, Meta(gt=0, le=720, description="how far back")] = 24.0

    async def look(self, reader: HostReader) -> Look:
        lines = await in_thread(lambda: said_by(reader, PROGRAMS, self.hours * 3600, 50_000))
        rows: list[dict[str, Any]] = []
        for line in lines:
            found = next((match for shape in _FAILED if (match := shape.search(line.text))), None)
            if found:
                fields = {"user": "", "from": "", **found.groupdict()}
                rows.append({"user": fields["user"], "from": fields["from"], "program": line.program, "at": line.at})
        by_address, by_user = Counter(row["from"] or "here" for row in rows), Counter(row["user"] for row in rows)
        text = [f"{len(rows)} failed logins in {self.hours:g} h"]
        text += [f"from {name}: {count}" for name, count in by_address.most_common(10)]
        text += [f"for {name}: {count}" for name, count in by_user.most_common(10)]
        text += [f"last: {iso(rows[-1]['at'])}"] if rows else []
        data = {"total": len(rows), "hours": self.hours, "last": rows[-1]["at"] if rows else 0.0}
        data |= {"by_address": [{"from": name, "count": count} for name, count in by_address.most_common(20)]}
        data |= {"by_user": [{"user": name, "count": count} for name, count in by_user.most_common(20)]}
        return Look("\n".join(text), data)
