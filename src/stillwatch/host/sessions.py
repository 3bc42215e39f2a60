"""People logged in, as logind knows them (org.freedesktop.login1(5)), and the units that their sessions hang on."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from stillwatch.errors import StillwatchError
from stillwatch.host.bus import Bus

PROPERTIES: Final = "org.freedesktop.DBus.Properties"
LOGIND: Final = "org.freedesktop.login1"
PATH: Final = "/org/freedesktop/login1"
SESSION: Final = f"{LOGIND}.Session"
MAX_SESSIONS: Final = 200
_UNIT: Final = re.compile(r"/([^/]+\.(?:service|scope))(?=/|$)")


async def served_by(
    bus: Bus, units: Collection[str], mains: Collection[int] = (), proc: Path = Path("/proc")
) -> tuple[str, ...]:
    """Ids of the open sessions that would end with one of these units, sorted; of the first MAX_SESSIONS.

    mains: the units' main processes. With PAMName= (systemd.exec(5)) one is a session's leader and has left the unit.

    Empty, too, where no logind answers: then nobody knows, and nobody is reported.
    """
    found = []
    with contextlib.suppress(StillwatchError):
        rows = (await bus.call(LOGIND, PATH, f"{LOGIND}.Manager", "ListSessions"))[0]
        for name, _, _, _, path in rows[:MAX_SESSIONS]:
            with contextlib.suppress(StillwatchError):  # it may have ended since
                facts = (await bus.call(LOGIND, path, PROPERTIES, "GetAll", "s", [SESSION]))[0]
                plain = {key: variant.value for key, variant in facts.items()}
                led = plain.get("Leader", 0) in set(mains) - {0}
                if plain.get("State") != "closing" and (led or hangs_on(plain, proc) & set(units)):
                    found.append(str(name))
    return tuple(sorted(found))


async def open_sessions(address: str | None = None) -> list[dict[str, Any]]:
    """Who is logged in: user, since (wall seconds), from, terminal. Raises NotReachable, BusError without logind."""
    async with await Bus.connect(address) as bus:
        rows = (await bus.call(LOGIND, PATH, f"{LOGIND}.Manager", "ListSessions"))[0]
        found = []
        for _, _, _, _, path in rows[:MAX_SESSIONS]:
            with contextlib.suppress(StillwatchError):  # it may have ended since
                facts = (await bus.call(LOGIND, path, PROPERTIES, "GetAll", "s", [SESSION]))[0]
                plain = {key: variant.value for key, variant in facts.items()}
                if plain.get("Class") in ("user", "user-early", None) and plain.get("State") != "closing":
                    found.append(
                        {
                            "user": str(plain.get("Name", "")),
                            "since": int(plain.get("Timestamp", 0)) / 1e6,
                            "from": str(plain.get("RemoteHost", "")),
                            "terminal": str(plain.get("TTY", "")),
                        }
                    )
    return found


def hangs_on(facts: dict[str, Any], proc: Path = Path("/proc")) -> set[str]:
    """The units that host a session: of its leader, of whoever started that, of its PAM service and its terminal.

    facts: the session's properties.
    """
    leader = int(facts.get("Leader", 0))
    units = _units(leader, proc) | _units(_parent(leader, proc), proc)
    return units | {f"{facts.get('Service', '')}.service", f"getty@{facts.get('TTY', '')}.service"}


def _units(pid: int, proc: Path) -> set[str]:
    """All units in /proc/PID/cgroup; none where it cannot be read."""
    with contextlib.suppress(OSError):
        return set(_UNIT.findall((proc / str(pid) / "cgroup").read_text("utf-8", "replace")))
    return set()


def _parent(pid: int, proc: Path) -> int:
    """Field 4 of proc_pid_stat(5); 0 where it cannot be read."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        stat = (proc / str(pid) / "stat").read_text("utf-8", "replace")
        return int(stat[stat.rindex(")") + 2 :].split()[1])
    return 0
