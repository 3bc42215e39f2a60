"""What Stillwatch in a machine says, asked at its own sockets from outside.

For whoever waits for something: a command asks at the same doors, but its interpreter takes as long to start as a fault
takes to be found, and as many processor seconds as all that is waited for.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec

from stillwatch.errors import NotReachable
from stillwatch.gate.client import MAX_BYTES
from stillwatch.host.unixsockets import exchange
from stillwatch.service.known import Known
from stillwatch.views.incident import IncidentView
from stillwatch.views.report import StatusView
from stillwatch.views.shape import Exact
from tests.support.rig import Machine

ASK_WAITING = b'{"verb": "list", "state": "waiting"}\n'
AUDIT = """
import sqlite3
gate = sqlite3.connect("file:/var/lib/stillwatch-gate/gate.db?mode=ro", uri=True)
for (body,) in gate.execute("SELECT body FROM audit ORDER BY seq"):
    print(body)
"""


class Doors:
    """runtime: of a daemon that was not installed as a service."""

    def __init__(self, machine: Machine, runtime: str = "/run/stillwatch") -> None:
        self._machine, self._runtime = machine, runtime

    def _seen(self, path: str) -> Path:
        return self._machine.root / path.lstrip("/")

    @property
    def _daemon(self) -> Known:
        return Known(self._seen(f"{self._runtime}/service.sock"))

    def status(self) -> dict[str, Any]:
        """As `status --json`; empty where no daemon answers."""
        try:
            return _plain(StatusView.of(asyncio.run(self._daemon.status())))
        except NotReachable:
            return {}

    def sources(self) -> dict[str, bool]:
        """What the daemon reads, and whether it has read it."""
        return {source["name"]: source["read"] for source in self.status().get("sources", ())}

    def watches(self) -> bool:
        """It has read everything once: compiling the rules alone takes seconds."""
        return {"units", "metrics", "journal"} <= {name for name, read in self.sources().items() if read}

    def incidents(self) -> list[dict[str, Any]]:
        return [_plain(IncidentView.of(incident)) for incident in self._daemon.incidents()]

    def approvals(self) -> list[dict[str, Any]]:
        """What waits for a person."""
        owners = {0, self._seen("/var/lib/stillwatch-gate").stat().st_uid}
        path = self._seen("/run/stillwatch-gate/admin.sock")
        told = exchange(path, ASK_WAITING, owners=owners, seconds=60, most=MAX_BYTES)
        found: list[dict[str, Any]] = json.loads(told)["proposals"]
        return found

    def audit(self) -> list[dict[str, Any]]:
        """Every record, without its hash; empty where there is none. SQLite follows no path through another root."""
        found = self._machine.run(["python3", "-I", "-c", AUDIT], check=False).stdout
        return [json.loads(line) for line in found.splitlines()]


def _plain(view: Exact) -> dict[str, Any]:
    """As it is read from JSON again."""
    found: dict[str, Any] = json.loads(msgspec.json.encode(view))
    return found
