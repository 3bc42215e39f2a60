"""A small host to ask about: looks with typed data, units, and a clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stillwatch.records.event import Untrusted
from stillwatch.records.look import Seen
from stillwatch.records.report import SourceReport
from stillwatch.records.unit import UnitState
from stillwatch.think.talk.topic import Known
from tests.think.models import StillClock

NOW = 2_000_000_000.0
CLOCK = StillClock(NOW)


def unit(name: str, state: str = "active", sub: str = "running", **more: Any) -> UnitState:
    return UnitState(name=name, names=(name,), load_state="loaded", active_state=state, sub_state=sub, **more)


UNITS = {
    one.name: one
    for one in (
        unit("nginx.service", "failed", "failed"),
        unit("postgresql.service"),
        unit("ssh.service"),
        unit("cron.service"),
        unit("shop.service"),
        unit("restic-shop.timer"),
    )
}
NGINX = {
    "name": "nginx.service",
    "load_state": "loaded",
    "active_state": "failed",
    "sub_state": "failed",
    "changed_at": NOW - 3600,
    "enabled": "enabled",
    "main_pid": 0,
    "restarts": 2,
    "result": "exit-code",
    "exit_status": 1,
    "kind": "forking",
    "executable_exists": True,
    "exec_start": ["/usr/sbin/nginx"],
    "memory_max": 0,
}
DATA: Mapping[str, Mapping[str, Any]] = {
    "unit_status": NGINX,
    "journal_search": {"lines": ["nginx.service: bind() to 0.0.0.0:80 failed"]},
    "hardware": {"memory": 4 * 2**30, "cores": 2, "processor": "Loom 9", "machine": "", "swap": 0},
    "memory": {"memory-available": 0.25, "pressure-io": 0.01},
    "process_list": {"processes": [{"name": "java", "pid": 7, "memory": 2**30, "unit": "shop.service", "user": "ann"}]},
    "mounts": {
        "mounts": [
            {
                "path": "/",
                "kind": "ext4",
                "device": "/dev/sda1",
                "size": 2**40,
                "free": 2**38,
                "used": 0.75,
                "inodes": 0.1,
            },
            {
                "path": "/var",
                "kind": "ext4",
                "device": "/dev/sda2",
                "size": 2**30,
                "free": 0,
                "used": 1.0,
                "inodes": 0.5,
            },
        ],
        "missing": ["/srv/gone"],
        "read_only": [],
    },
    "services": {
        "running": ["ssh.service", "postgresql.service"],
        "failed": ["nginx.service", "shop.service"],
        "starting": [],
    },
    "sessions": {"sessions": [{"user": "ann", "since": NOW - 60, "from": "192.0.2.9", "terminal": "pts/0"}]},
}


@dataclass
class TypedLooks:
    """Shows `data`; whatever is not in it cannot be seen."""

    data: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: DATA)
    looked: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)

    def catalogue(self) -> Mapping[str, Mapping[str, Any]]:
        return {name: {"description": name, "arguments": {}} for name in self.data}

    async def look(self, tool: str, arguments: Mapping[str, object]) -> Seen:
        self.looked.append((tool, dict(arguments)))
        if tool not in self.data:
            return Seen(tool=tool, arguments=arguments, at=NOW, text=Untrusted(""), problem="nobody may see it here")
        shown = "; ".join(f"{name} {value}" for name, value in self.data[tool].items())
        return Seen(tool=tool, arguments=arguments, at=NOW, text=Untrusted(shown), data=self.data[tool])


def known(**more: Any) -> Known:
    return Known(**{"units": UNITS, "sources": (SourceReport(name="units", read=True),), **more})
