"""Who logged in lately, by what sshd, login, su and logind said: user, from where, when."""

from __future__ import annotations

import re
from typing import Annotated, Any

from msgspec import Meta

from stillwatch.records.iso import iso
from stillwatch.tools.journal_lines import said_by
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread

SSH = ("sshd", "sshd-session", "dropbear")
_SSH = re.compile(r"Accepted (?P<how>\S+) for (?P<user>\S+) from (?P<from>\S+)")
_LOGIN = re.compile(r"(?:LOGIN ON \S+ BY|ROOT LOGIN ON \S+ BY) (?P<user>\S+)")
_SU = re.compile(r"\(to (?P<user>\S+)\) (?P<from>\S+) on ")
_SESSION = re.compile(r"^New session '?\S+?'? of user '?(?P<user>[^'. ]+)'?(?: with class '(?P<class>[^']+)'.*)?\.")
PEOPLES = (None, "user", "user-early", "user-light", "user-early-light")
"""Classes of sessions in which somebody is there; the others are managers and greeters."""
SAME = 10.0
"""Seconds in which logind tells the session of whoever just logged in."""


class Arguments(Tool, frozen=True):
    """Who logged in lately, by what sshd, login, su and logind said: user, from where, when."""

    hours: Annotated[float, Meta(gt=0, le=720, description="how far back")] = 168.0

    async def look(self, reader: HostReader) -> Look:
        lines = await in_thread(lambda: said_by(reader, [*SSH, "login", "su", "systemd-logind"], self.hours * 3600))
        rows: list[dict[str, Any]] = []
        sessions: list[dict[str, Any]] = []
        for line in lines:
            if found := _SSH.search(line.text) or _LOGIN.search(line.text):
                fields = found.groupdict()
                rows.append(
                    {
                        "user": fields["user"],
                        "from": fields.get("from", ""),
                        "how": fields.get("how", "login"),
                        "at": line.at,
                    }
                )
            elif line.subject.startswith("su") and (found := _SU.search(line.text)):
                rows.append({"user": found["user"], "from": found["from"], "how": "su", "at": line.at})
            elif (found := _SESSION.search(line.text)) and found["class"] in PEOPLES:
                sessions.append({"user": found["user"], "from": "", "how": "session", "at": line.at})
        times = [(row["user"], row["at"]) for row in rows]
        rows += [
            one for one in sessions if not any(user == one["user"] and abs(one["at"] - at) < SAME for user, at in times)
        ]
        rows.sort(key=lambda row: float(row["at"]))
        text = [f"{iso(row['at'])} {row['user']} from {row['from'] or 'here'} ({row['how']})" for row in rows[-25:]]
        return Look(
            "\n".join(text) or "nobody logged in", {"logins": rows[::-1], "count": len(rows), "hours": self.hours}
        )
