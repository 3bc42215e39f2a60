"""The addresses with a port that a complaint names, or the unit's own command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from stillwatch.records.trigger import Trigger
from stillwatch.records.unit import UnitState
from stillwatch.unit.facts import without_times

_TARGET: Final = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,30}://(?:[^/@\s]{0,250}@)?)?\[?(?P<host>[A-Za-z0-9_.-]{0,253}[A-Za-z0-9]|[0-9a-f:]{2,45})\]?"
    r"(?::| port |, port |'?, port=|\", port )(?P<port>\d{1,5})(?!\d)"
)
_URL: Final = re.compile(
    r"[a-z][a-z0-9+.-]{0,30}://(?:[^/@\s]{0,250}@)?(?P<host>[A-Za-z0-9_.-]+)(?::(?P<port>\d{1,5}))?"
)
_PORT_OPTION: Final = re.compile(r"(?:^|\s)(?:-[Pp]|--port)[ =]?(\d{2,5})(?!\d)")
_HOST_OPTION: Final = re.compile(r"(?:^|\s)(?:-h|--host)[ =]?([A-Za-z0-9_.-]*[A-Za-z0-9])")
_ASKER: Final = re.compile(r", (?:client|server|request|host|referrer): (?:\"[^\"]*\"|[^,\"]*)")
"""What a proxy says of who asked it: never whom it asks itself."""
_CUSTOM: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def targets_of(triggers: Sequence[Trigger], unit: UnitState) -> list[Target]:
    """Addresses with a port that the complaint names; else those of the unit's own command line and variables."""
    found: list[Target] = []
    for trigger in triggers:
        fields = " ".join(trigger.fields.get(name, "") for name in ("target", "address"))
        found += _targets(fields) or _targets(without_times(_ASKER.sub("", trigger.sample[:2000])))
    if not found:
        words = " ".join([*unit.exec_start[1:], *(unit.environment or {}).values()])
        found = _targets(words, urls_only=True) or _options(words)
    return list(dict.fromkeys(found))[:4]


def _options(words: str) -> list[Target]:
    """Host and port as the clients of databases take them: "-h db -P 3306", "--host=db --port=5432"."""
    port, host = _PORT_OPTION.search(words), _HOST_OPTION.search(words)
    return [Target(host=host[1] if host else "localhost", port=int(port[1]))] if port else []


def _targets(words: str, *, urls_only: bool = False) -> list[Target]:
    found = []
    for match in _URL.finditer(words):
        port = int(match["port"] or _CUSTOM.get(match[0].partition(":")[0], 0))
        found += [Target(host=match["host"], port=port)] if 0 < port < 65536 else []
    if not found and not urls_only:
        named = ((match["host"], int(match["port"])) for match in _TARGET.finditer(words))
        found = [Target(host=host, port=port) for host, port in named if 0 < port < 65536]
    return found
