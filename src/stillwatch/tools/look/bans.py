"""Addresses that fail2ban or CrowdSec banned lately, by what they said in the journal."""

from __future__ import annotations

import re
from typing import Annotated, Any

from msgspec import Meta

from stillwatch.errors import StillwatchError
from stillwatch.records.iso import iso
from stillwatch.tools.journal_lines import newest, said_by
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread
from stillwatch.tools.unit_states import state_lines, states

_BAN = re.compile(r"\[(?P<jail>[\w.-]+)\] (?P<what>Ban|Unban|Restore Ban) (?P<address>[0-9a-fA-F.:/]+)")
SERVICES = ("fail2ban.service", "crowdsec.service", "sshguard.service")


class Arguments(Tool, frozen=True):
    """Addresses that fail2ban or CrowdSec banned lately, by what they said in the journal."""

    hours: Annotated[float, Meta(gt=0, le=720, description="how far back")] = 168.0

    async def look(self, reader: HostReader) -> Look:
        found_states = await states(reader, SERVICES)
        rows = await in_thread(lambda: self._rows(reader))
        lifted = {(row["jail"], row["address"]) for row in rows if row["what"] == "Unban"}
        banned = {(row["jail"], row["address"]): row for row in rows if row["what"] != "Unban"}
        found = [{**row, "lifted": key in lifted} for key, row in banned.items()]
        lines = state_lines(found_states, "no banning service is loaded")
        lines += [f"{iso(row['at'])} {row['jail']}: {row['address']}" for row in found[-25:]]
        return Look(
            "\n".join(lines),
            {
                "services": found_states,
                "bans": found,
                "count": len(found),
                "still": sum(not row["lifted"] for row in found),
            },
        )

    def _rows(self, reader: HostReader) -> list[dict[str, Any]]:
        seconds = self.hours * 3600
        lines = said_by(reader, ["fail2ban.actions", "fail2ban", "fail2ban-server"], seconds)
        try:
            lines += newest(reader, seconds, 2000, unit="fail2ban.service")
        except StillwatchError:
            return []
        found = ((line.at, _BAN.search(line.text)) for line in sorted(lines, key=lambda line: line.at))
        return [{"at": at, **match.groupdict()} for at, match in found if match]
